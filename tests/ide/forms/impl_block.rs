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

// calls(ruler: &Ruler): ruler./*measure*/measure("word", 2)
