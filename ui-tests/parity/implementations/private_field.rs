#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, pair: pair::Pair) -> u8;
}

mod pair {
    pub struct Pair {
        left: u8,
    }
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, pair: pair::Pair) -> u8 {
        pair.left
    }
}

fn main() {}
