#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    const LIMIT: u8;

    async fn f(&self, n: u8) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        n
    }
}

fn main() {}
