use asyncify_runtime::{BlockingPool, sync_to_async};

pub static POOL: std::sync::LazyLock<BlockingPool> =
    std::sync::LazyLock::new(asyncify_runtime::BlockingPool::default);

#[derive(Clone)]
pub struct Ruler {
    unit: usize,
}

#[sync_to_async(/*options*/)]
impl Ruler {
    /// Measures a word.
    pub /*keyword*/fn /*measure*/measure(&self, /*text*/text: &str, count: usize/*params*/) -> usize {
        let /*local*/local = /*text*/text.len() / self.unit;
        /*body*/
        /*local*/local * count
    }

    #[sync_to_async(/*own*/)]
    pub fn other(self, word: String) -> String {
        word
    }
}

pub async fn calls(ruler: &Ruler) -> usize {
    let /*future*/future = ruler./*measure*/measure("word", 2);
    let /*output*/output = future.await;
    output
}
