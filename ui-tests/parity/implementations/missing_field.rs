#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> Pair;
}

struct Pair {
    left: u8,
    right: u8,
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> Pair {
        Pair { left: n }
    }
}

fn main() {}
