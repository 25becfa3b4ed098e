#![deny(unsafe_op_in_unsafe_fn)]

use asyncify_runtime::sync_to_async;

unsafe fn raw() {}

#[sync_to_async]
fn safe() {
    raw();
}

#[sync_to_async]
unsafe fn not_marked() {
    raw();
}

fn main() {}
