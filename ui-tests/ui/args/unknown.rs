use asyncify_runtime::sync_to_async;

#[sync_to_async(exector = &POOL)]
fn misspelt() {}

#[sync_to_async(pool = &POOL)]
fn unlike() {}

#[sync_to_async(Executor = &POOL)]
fn capital() {}

async fn caller() {
    misspelt().await;
    unlike().await;
    capital().await;
}

fn main() {}
