#![deny(unused_must_use)]

use asyncify_runtime::sync_to_async;

#[sync_to_async(stream)]
fn numbers() -> std::ops::Range<u8> {
    0..3
}

fn main() {
    numbers();
}
