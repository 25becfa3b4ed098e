use asyncify_runtime::sync_to_async;

#[sync_to_async(boxed)]
fn read() {}

async fn caller() {
    read().await;
}

fn main() {}
