#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> bool;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> bool {
        n >= 0
    }
}

fn main() {}
