use asyncify_runtime::{BlockingPool, Limiter, sync_to_async};

pub static POOL: std::sync::LazyLock<BlockingPool> =
    std::sync::LazyLock::new(asyncify_runtime::BlockingPool::default);
pub const MOST: usize = 4;
pub static LIMITS: std::sync::LazyLock<Limiter> = std::sync::LazyLock::new(|| Limiter::new(2));

/// Measures a word.
#[sync_to_async(/*options*/)]
pub /*keyword*/fn /*measure*/measure(/*text*/text: &str, count: usize/*params*/) -> usize {
    let /*local*/local = /*text*/text.len();
    /*body*/
    /*local*/local * count
}

pub async fn calls() -> usize {
    let /*future*/future = /*measure*/measure("word", 2);
    let /*output*/output = future.await;
    output
}
