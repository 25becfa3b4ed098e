#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, count: u8) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, count: u8) -> u8 {
        cuont + 1
    }
}

fn main() {}
