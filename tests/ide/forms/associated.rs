use asyncify_runtime::{BlockingPool, sync_to_async};

pub static POOL: std::sync::LazyLock<BlockingPool> =
    std::sync::LazyLock::new(asyncify_runtime::BlockingPool::default);

pub struct Ruler;

impl Ruler {
    /// Measures a word.
    #[sync_to_async(/*options*/)]
    pub fn /*measure*/measure(/*text*/text: &str, count: usize/*params*/) -> usize {
        let /*local*/local = /*text*/text.len();
        /*body*/
        /*local*/local * count
    }
}

pub async fn calls() -> usize {
    let /*future*/future = Ruler::/*measure*/measure("word", 2);
    let /*output*/output = future.await;
    output
}
