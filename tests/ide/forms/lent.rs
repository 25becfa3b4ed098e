use asyncify_runtime::{BlockingPool, sync_to_async};

pub static POOL: std::sync::LazyLock<BlockingPool> =
    std::sync::LazyLock::new(asyncify_runtime::BlockingPool::default);

#[derive(Default)]
pub struct Ruler {
    unit: usize,
}

impl Ruler {
    /// Measures a word.
    #[sync_to_async(/*options*/lend)]
    pub fn /*measure*/measure(&mut self, /*text*/text: &mut String, count: usize/*params*/) -> usize {
        let /*local*/local = /*text*/text.len() / self.unit;
        /*body*/
        /*text*/text.clear();
        /*local*/local * count
    }
}

pub async fn calls(ruler: &mut Ruler, word: &mut String) -> usize {
    let /*future*/future = ruler./*measure*/measure(word, 2);
    let /*output*/output = future.await;
    output
}
