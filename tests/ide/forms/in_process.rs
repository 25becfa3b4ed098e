use asyncify_runtime::{Error, sync_to_async};

/// Measures a word.
#[sync_to_async(/*options*/process)]
pub fn /*measure*/measure(/*text*/text: &str, count: usize/*params*/) -> Result<usize, Error> {
    let /*local*/local = /*text*/text.len();
    /*body*/
    Ok(/*local*/local * count)
}

// calls(): /*measure*/measure("word", 2)
