use asyncify_runtime::sync_to_async;

mod runtime {}

#[sync_to_async(crate = runtime)]
fn relative() {}

#[sync_to_async(crate = self::runtime)]
fn from_here() {}

async fn caller() {
    relative().await;
    from_here().await;
}

fn main() {}
