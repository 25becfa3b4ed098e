use std::fs::File;

use asyncify_runtime::asyncify;

fn length(text: Option<&str>, add: usize) -> usize {
    text.map_or(0, str::len) + add
}

fn size(file: &File) -> u64 {
    file.metadata().map_or(0, |data| data.len())
}

async fn holds_a_borrow(text: Option<&str>) -> usize {
    asyncify!(length(text, 8)).await
}

async fn refers_to_what_is_not_clone(file: &File) -> u64 {
    asyncify!(size(file)).await
}

fn main() {}
