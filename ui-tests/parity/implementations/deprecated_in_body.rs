#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> u8;
}

#[deprecated = "use `new`"]
fn old(n: u8) -> u8 {
    n
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        old(n)
    }
}

fn main() {}
