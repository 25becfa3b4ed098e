use asyncify_runtime::sync_to_async;

#[sync_to_async(limit = "8")]
fn text() {}

#[sync_to_async(limit = 8.5)]
fn fraction() {}

#[sync_to_async(limit = std::time::Duration::ZERO)]
fn time() {}

async fn caller() {
    text().await;
    fraction().await;
    time().await;
}

fn main() {}
