use asyncify_runtime::async_to_sync;

#[async_to_sync]
async fn tail(text: &str) -> usize {
    text
}

#[async_to_sync]
async fn early(text: &str) -> usize {
    if text.is_empty() {
        return "";
    }
    text.len()
}

#[async_to_sync]
async fn tried(text: &str) -> usize {
    text.parse::<usize>()?
}

fn main() {
    tail("");
    early("");
    tried("");
}
