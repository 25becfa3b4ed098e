#![allow(dead_code)]

#[derive(Clone)]
struct Db;

mod pair {
    pub struct Pair {
        left: u8,
    }
}

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, pair: pair::Pair) -> u8 {
        pair.left
    }
}

impl Store for Db {}

fn main() {}
