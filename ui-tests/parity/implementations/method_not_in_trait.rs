#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn g(&self) -> u8;
}

impl Store for Db {
    async fn g(&self) -> u8 {
        1
    }

    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        n
    }
}

fn main() {}
