use asyncify_runtime::{Inline, sync_to_async};

#[sync_to_async(executor = &Inline, executor = &Inline)]
fn read() {}

#[sync_to_async(crate = ::asyncify_runtime, executor = &Inline, crate = ::asyncify_runtime)]
fn write() {}

async fn caller() {
    read().await;
    write().await;
}

fn main() {}
