use std::fs::File;

use asyncify_runtime::asyncify;

fn length(file: &File) -> u64 {
    drop(file);
    8
}

async fn caller(file: File) {
    asyncify!(length(&file)).await;
}

fn main() {}
