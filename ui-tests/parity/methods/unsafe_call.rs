#![allow(dead_code)]

#[derive(Clone)]
struct Db;

unsafe fn raw(n: u8) -> u8 {
    n
}

impl Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        raw(n)
    }
}

fn main() {}
