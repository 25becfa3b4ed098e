#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> u8;
}

fn double(n: u8) -> u8 {
    n * 2
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        dobule(n)
    }
}

fn main() {}
