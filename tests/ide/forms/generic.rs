use asyncify_runtime::{BlockingPool, sync_to_async};

pub static POOL: std::sync::LazyLock<BlockingPool> =
    std::sync::LazyLock::new(asyncify_runtime::BlockingPool::default);

/// Measures a word.
#[sync_to_async(/*options*/)]
pub fn /*measure*/measure<T, const N: usize>(/*text*/text: T, parts: [T; N]/*params*/) -> usize
where
    T: AsRef<str> + Send + 'static,
{
    let /*local*/local = /*text*/text.as_ref().len();
    /*body*/
    /*local*/local * parts.len()
}

pub async fn calls() -> usize {
    let /*future*/future = /*measure*/measure(String::new(), [String::new()]);
    let /*output*/output = future.await;
    output
}
