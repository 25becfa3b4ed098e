#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> u8;
}

unsafe fn raw(n: u8) -> u8 {
    n
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        raw(n)
    }
}

fn main() {}
