#![allow(dead_code)]

#[derive(Clone)]
struct Db;

struct Pair {
    left: u8,
    right: u8,
}

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, pair: Pair) -> u8 {
        pair.lfet
    }
}

impl Store for Db {}

fn main() {}
