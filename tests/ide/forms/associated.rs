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

// calls(): Ruler::/*measure*/measure("word", 2)
