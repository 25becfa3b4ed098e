#![allow(dead_code)]

#[derive(Clone)]
struct Db;

struct Pair {
    left: u8,
    right: u8,
}

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8) -> Pair {
        Pair { left: n }
    }
}

impl Store for Db {}

fn main() {}
