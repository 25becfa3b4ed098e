use asyncify_runtime::{BlockingPool, sync_to_async};

pub static POOL: std::sync::LazyLock<BlockingPool> =
    std::sync::LazyLock::new(asyncify_runtime::BlockingPool::default);

/// Measures a word.
#[sync_to_async(/*options*/)]
pub async fn /*measure*/measure(/*text*/text: &str, count: usize/*params*/) -> usize {
    let /*local*/local = /*text*/text.len();
    /*body*/
    std::future::ready(/*local*/local * count).await
}

pub async fn calls() -> usize {
    let /*future*/future = /*measure*/measure("word", 2);
    let /*output*/output = future.await;
    output
}
