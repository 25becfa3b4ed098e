use asyncify_runtime::sync_to_async;

/// Measures a word.
#[sync_to_async(/*options*/in_place)]
pub fn /*measure*/measure(/*text*/text: &mut String, count: usize/*params*/) -> usize {
    let /*local*/local = /*text*/text.len();
    /*body*/
    /*local*/local * count
}

// calls(word: &mut String): /*measure*/measure(word, 2)
