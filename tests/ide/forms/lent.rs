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

// calls(ruler: &mut Ruler, word: &mut String): ruler./*measure*/measure(word, 2)
