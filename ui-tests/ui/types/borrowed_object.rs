use std::io::Read;

use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn object(read: &dyn Read) {
    drop(read);
}

#[sync_to_async]
fn with_bounds(read: &(dyn Read + Send + Sync)) {
    drop(read);
}

fn main() {}
