#[derive(Clone)]
pub struct Wood {
    unit: usize,
}

#[sync_to_async]
pub trait Ruler: Clone + Send + Sync + 'static {
    /// Measures a word.
    fn /*measure*/measure(&self, text: &str, count: usize) -> usize;
}

#[sync_to_async(/*options*/)]
impl Ruler for Wood {
    /// Measures a word.
    fn /*made*//*measure*/measure(&self, /*text*/text: &str, count: usize/*params*/) -> usize {
        let /*local*/local = /*text*/text.len() / self.unit;
        /*body*/
        /*local*/local * count
    }
}

// calls(ruler: &Wood): ruler./*measure*/measure("word", 2)
