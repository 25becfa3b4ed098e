use asyncify_runtime::sync_to_async;

struct Db;

#[sync_to_async(executor)]
fn bare() {}

#[sync_to_async(executor =)]
fn unfinished() {}

#[sync_to_async(rename, crate)]
fn two() {}

#[sync_to_async(suffix)]
impl Db {}

async fn caller() {
    bare().await;
    unfinished().await;
    two();
}

fn main() {}
