use asyncify_runtime::sync_to_async;

struct Db;

#[sync_to_async(rename = 8)]
fn integer() {}

#[sync_to_async(rename = other_name)]
fn path() {}

#[sync_to_async(crate = "asyncify_runtime")]
fn string() {}

#[sync_to_async(suffix = true)]
impl Db {}

async fn caller() {
    integer();
    path();
    string().await;
}

fn main() {}
