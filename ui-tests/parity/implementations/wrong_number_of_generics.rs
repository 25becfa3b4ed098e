#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: Option<u8>) -> usize;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: Option<u8, u8>) -> usize {
        1
    }
}

fn main() {}
