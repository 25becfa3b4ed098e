use asyncify_runtime::sync_to_async;

#[sync_to_async(rename = "async_read" executor = &asyncify_runtime::Inline)]
fn read() {}

fn main() {}
