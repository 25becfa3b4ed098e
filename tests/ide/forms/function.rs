pub const MOST: usize = 4;
pub static LIMITS: std::sync::LazyLock<asyncify_runtime::Limiter> =
    std::sync::LazyLock::new(|| asyncify_runtime::Limiter::new(2));

/// Measures a word.
#[sync_to_async(/*options*/)]
pub /*keyword*/fn /*measure*/measure(/*text*/text: &str, count: usize/*params*/) -> usize {
    let /*local*/local = /*text*/text.len();
    /*body*/
    /*local*/local * count
}

// calls(): /*measure*/measure("word", 2)
