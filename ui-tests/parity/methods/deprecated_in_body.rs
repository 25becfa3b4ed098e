#![allow(dead_code)]

#[derive(Clone)]
struct Db;

#[deprecated = "use `new`"]
fn old(n: u8) -> u8 {
    n
}

impl Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        old(n)
    }
}

fn main() {}
