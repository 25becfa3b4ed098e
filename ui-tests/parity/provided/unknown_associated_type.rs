#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    type Value;

    // sync_to_async
    async fn f(&self, n: Self::Vaule) -> u8 {
        1
    }
}

impl Store for Db {
    type Value = u8;
}

fn main() {}
