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

// calls<R: Ruler>(ruler: &R): ruler./*measure*/measure("word", 2)
