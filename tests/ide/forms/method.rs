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

// calls(ruler: &Ruler): ruler./*measure*/measure("word", 2)
