#![deny(unused_must_use)]

use asyncify_runtime::sync_to_async;

#[must_use = "the sum is all that there is"]
#[sync_to_async]
fn before(a: u32, b: u32) -> u32 {
    a + b
}

#[sync_to_async]
#[must_use]
fn behind(a: u32, b: u32) -> u32 {
    a + b
}

async fn caller() {
    before(1, 2);
    behind(1, 2);
}

fn main() {}
