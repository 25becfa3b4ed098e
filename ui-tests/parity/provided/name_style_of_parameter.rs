#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, Count: u8) -> u8 {
        Count
    }
}

impl Store for Db {}

fn main() {}
