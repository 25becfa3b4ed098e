use asyncify_runtime::async_to_sync;

/// Measures a word.
#[async_to_sync(/*options*/)]
pub async fn /*measure*/measure(/*text*/text: &str, count: usize/*params*/) -> usize {
    let /*local*/local = /*text*/text.len();
    /*body*/
    std::future::ready(/*local*/local * count).await
}

pub fn calls() -> usize {
    let /*output*/output = /*measure*/measure("word", 2);
    output
}
