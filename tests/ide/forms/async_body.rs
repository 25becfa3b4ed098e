/// Measures a word.
#[sync_to_async(/*options*/)]
pub async fn /*measure*/measure(/*text*/text: &str, count: usize/*params*/) -> usize {
    let /*local*/local = /*text*/text.len();
    /*body*/
    std::future::ready(/*local*/local * count).await
}

// calls(): /*measure*/measure("word", 2)
