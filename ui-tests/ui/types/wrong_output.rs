use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn length(text: &str) -> usize {
    text.len()
}

async fn caller() {
    let length: String = length("text").await;
    drop(length);
}

fn main() {}
