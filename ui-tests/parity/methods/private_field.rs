#![allow(dead_code)]

#[derive(Clone)]
struct Db;

mod pair {
    pub struct Pair {
        left: u8,
    }
}

impl Db {
    // sync_to_async
    async fn f(&self, pair: pair::Pair) -> u8 {
        pair.left
    }
}

fn main() {}
