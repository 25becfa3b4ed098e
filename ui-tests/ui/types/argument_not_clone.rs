use std::fs::File;

use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn length(file: &File) -> u64 {
    drop(file);
    8
}

fn main() {}
