#![deny(unused_must_use)]

use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn walk(depth: u32) {
    if depth > 0 {
        walk(depth - 1);
    }
}

fn main() {}
