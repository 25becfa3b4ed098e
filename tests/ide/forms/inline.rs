use asyncify_runtime::asyncify;

pub struct Ruler {
    unit: usize,
}

pub fn /*measure*/measure(word: &str, count: usize) -> usize {
    word.len() * count
}

pub async fn calls(/*text*/text: String, ruler: &Ruler) -> usize {
    let /*local*/local = ruler.unit;
    /*body*/
    let /*future*/future = asyncify!(/*measure*/measure(&/*text*/text, /*local*/local));
    let /*output*/output = future.await;
    let /*block*/block = asyncify!({ let /*inner*/inner = /*text*/text.len(); inner }).await;
    let /*length*/length = asyncify!(/*text*/text.len()).await;
    output + block + length
}
