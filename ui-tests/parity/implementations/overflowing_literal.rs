#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u16) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u16) -> u8 {
        let all: u8 = 256;
        all
    }
}

fn main() {}
