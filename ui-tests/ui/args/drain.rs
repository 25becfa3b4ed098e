//! The argument of `main`.

use asyncify_runtime::sync_to_async;

#[sync_to_async(drain = "1s")]
fn misplaced() {}

#[asyncify_runtime::main(drain)]
fn without_a_value() {}

#[asyncify_runtime::main(drain = "soon")]
fn not_a_time() {}

#[asyncify_runtime::main(limit = 8)]
fn main() {}
