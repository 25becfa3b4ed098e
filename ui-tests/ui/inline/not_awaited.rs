#![deny(unused_must_use)]

use asyncify_runtime::asyncify;

fn save(bytes: Vec<u8>) {
    drop(bytes);
}

async fn caller() {
    asyncify!(save(Vec::new()));
    asyncify!({ save(Vec::new()) });
}

fn main() {}
