use asyncify_runtime::sync_to_async;

macro_rules! annotated {
    ($(#[$attr:meta])* pub fn $name:ident($($params:tt)*) -> $ty:ty { $($body:tt)* }) => {
        $(#[$attr])*
        #[sync_to_async]
        pub fn $name($($params)*) -> $ty { $($body)* }
    };
}

annotated! {
    /// Measures a word.
    pub fn /*measure*/measure(/*text*/text: &str, count: usize/*params*/) -> usize {
        let /*local*/local = /*text*/text.len();
        /*body*/
        /*local*/local * count
    }
}

// calls(): /*measure*/measure("word", 2)
