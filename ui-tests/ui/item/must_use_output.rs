#![deny(unused_must_use)]

use std::io;

use asyncify_runtime::sync_to_async;

#[sync_to_async]
fn save(bytes: Vec<u8>) -> io::Result<()> {
    drop(bytes);
    Ok(())
}

async fn caller() {
    save(Vec::new()).await;
}

fn main() {}
