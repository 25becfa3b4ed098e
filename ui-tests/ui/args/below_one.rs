use asyncify_runtime::sync_to_async;

#[sync_to_async(limit = 0)]
fn none() {}

#[sync_to_async(limit = -1)]
fn less() {}

async fn caller() {
    none().await;
    less().await;
}

fn main() {}
