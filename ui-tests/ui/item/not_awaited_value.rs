use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn length(text: &str) -> usize {
    text.len()
}

async fn caller() -> usize {
    let length: usize = length("text");
    length
}

fn main() {}
