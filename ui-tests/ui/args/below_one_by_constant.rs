use asyncify_runtime::sync_to_async;

const MOST: usize = 0;

#[sync_to_async(limit = MOST)]
fn none() {}

async fn caller() {
    none().await;
}

fn main() {}
