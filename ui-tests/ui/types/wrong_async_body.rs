use asyncify_runtime::sync_to_async;

#[sync_to_async]
async fn length(text: &str) -> usize {
    text
}

#[sync_to_async]
async fn early(text: String) -> usize {
    if text.is_empty() {
        return "none";
    }
    text.len()
}

fn main() {}
