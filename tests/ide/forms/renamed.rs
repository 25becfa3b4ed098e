/// Measures a word.
#[sync_to_async(/*options*/rename = "measure_async")]
pub fn /*measure*/measure(/*text*/text: &str, count: usize/*params*/) -> usize {
    let /*local*/local = /*text*/text.len();
    /*body*/
    /*local*/local * count
}

pub async fn calls() -> usize {
    let /*future*/future = measure_async("word", 2);
    let /*output*/output = future.await;
    output + /*measure*/measure("word", 2)
}
