use asyncify_runtime::sync_to_async;

struct Mine;

#[sync_to_async(timeout = "1s")]
fn plain(number: u32) -> u32 {
    number
}

#[sync_to_async(timeout = "1s")]
fn other_error() -> Result<u32, Mine> {
    Err(Mine)
}

#[sync_to_async(timeout = "1s")]
fn unit() {}

#[sync_to_async(timeout = "1s")]
async fn asynchronous() -> Option<u32> {
    None
}

async fn caller() {
    plain(8).await;
    let _ = other_error().await;
    unit().await;
    asynchronous().await;
}

fn main() {}
