use asyncify_runtime::sync_to_async;

#[sync_to_async(stream)]
async fn numbers() -> impl Iterator<Item = u8> {
    0..3
}

fn main() {}
