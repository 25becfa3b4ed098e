use asyncify_runtime::{BlockingPool, sync_to_async};

#[sync_to_async(executor = &pool)]
fn length(pool: BlockingPool, text: &str) -> usize {
    drop(pool);
    text.len()
}

fn main() {}
