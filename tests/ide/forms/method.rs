use asyncify_runtime::{BlockingPool, sync_to_async};

pub static POOL: std::sync::LazyLock<BlockingPool> =
    std::sync::LazyLock::new(asyncify_runtime::BlockingPool::default);

#[derive(Clone)]
pub struct Ruler {
    unit: usize,
}

impl Ruler {
    /// Measures a word.
    #[sync_to_async(/*options*/)]
    pub fn /*measure*/measure(&self, /*text*/text: &str, count: usize/*params*/) -> usize {
        let /*local*/local = /*text*/text.len() / self.unit;
        /*body*/
        /*local*/local * count
    }
}

pub async fn calls(ruler: &Ruler) -> usize {
    let /*future*/future = ruler./*measure*/measure("word", 2);
    let /*output*/output = future.await;
    output
}
