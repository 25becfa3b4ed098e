/// Measures a word.
#[sync_to_async(/*options*/stream)]
pub fn /*measure*/measure(/*text*/text: &str, count: usize/*params*/) -> impl Iterator<Item = usize> {
    let /*local*/local = /*text*/text.len();
    /*body*/
    std::iter::repeat_n(/*local*/local, count)
}

pub async fn calls() -> Option<usize> {
    let mut /*future*/future = /*measure*/measure("word", 2);
    let /*output*/output = futures::StreamExt::next(&mut future).await;
    output
}
