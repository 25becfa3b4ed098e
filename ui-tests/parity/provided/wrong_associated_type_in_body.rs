#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    type Value: Send + 'static;

    // sync_to_async
    async fn f(&self, n: u8) -> Self::Value {
        n
    }
}

impl Store for Db {
    type Value = u8;
}

fn main() {}
