use asyncify_runtime::sync_to_async;

#[sync_to_async]
struct Config {
    path: String,
}

#[sync_to_async]
pub(crate) enum Level {
    High,
}

#[sync_to_async]
const LIMIT: usize = 8;

#[sync_to_async]
static NAME: &str = "disk";

#[sync_to_async]
type Bytes = Vec<u8>;

#[sync_to_async]
mod files {}

#[sync_to_async]
pub use std::fs;

fn main() {}
