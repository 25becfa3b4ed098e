use asyncify_runtime::sync_to_async;

#[sync_to_async("name")]
fn string() {}

#[sync_to_async(8, &POOL)]
fn two() {}

#[sync_to_async(= &POOL)]
fn no_key() {}

async fn caller() {
    string().await;
    two().await;
    no_key().await;
}

fn main() {}
