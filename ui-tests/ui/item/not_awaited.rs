#![deny(unused_must_use)]

use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Db;

#[sync_to_async]
fn save(bytes: Vec<u8>) {
    drop(bytes);
}

#[sync_to_async]
impl Db {
    fn put(&self) {}
}

async fn caller() {
    save(Vec::new());
    Db.put();
}

fn main() {}
