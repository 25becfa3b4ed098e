use asyncify_runtime::{BlockingPool, sync_to_async};

pub static POOL: std::sync::LazyLock<BlockingPool> =
    std::sync::LazyLock::new(asyncify_runtime::BlockingPool::default);

#[sync_to_async(/*options*/)]
pub trait Ruler: Clone + Send + Sync + 'static {
    #[sync_to_async(/*own*/skip)]
    fn unit(&self) -> usize;

    /// Measures a word.
    fn /*measure*/measure(&self, /*text*/text: &str, count: usize/*params*/) -> usize {
        let /*local*/local = /*text*/text.len() / self.unit();
        /*body*/
        /*local*/local * count
    }
}

pub async fn calls<R: Ruler>(ruler: &R) -> usize {
    let /*future*/future = ruler./*measure*/measure("word", 2);
    let /*output*/output = future.await;
    output
}
