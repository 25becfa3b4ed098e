#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, option: Option<u8>) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, Some(n): Option<u8>) -> u8 {
        n
    }
}

fn main() {}
