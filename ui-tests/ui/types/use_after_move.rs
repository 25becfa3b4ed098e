use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn consume(bytes: Vec<u8>) -> usize {
    bytes.len()
}

async fn caller(bytes: Vec<u8>) -> usize {
    consume(bytes).await + bytes.len()
}

fn main() {}
