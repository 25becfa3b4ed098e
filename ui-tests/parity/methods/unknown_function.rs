#![allow(dead_code)]

#[derive(Clone)]
struct Db;

fn double(n: u8) -> u8 {
    n * 2
}

impl Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        dobule(n)
    }
}

fn main() {}
