use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn repeat(text: &str, times: usize) -> String {
    text.repeat(times)
}

async fn caller() {
    repeat("text", "twice").await;
    repeat(String::from("text"), 2).await;
}

fn main() {}
