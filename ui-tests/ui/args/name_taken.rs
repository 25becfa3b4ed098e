use asyncify_runtime::sync_to_async;

#[sync_to_async(rename = "read_async")]
fn read() {}

fn read_async() {}

fn main() {}
