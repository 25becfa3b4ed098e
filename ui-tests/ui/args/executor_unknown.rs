use asyncify_runtime::sync_to_async;

#[sync_to_async(executor = &POOL)]
fn read() {}

#[sync_to_async(executor = pool)]
fn write(path: &str) {}

fn main() {}
