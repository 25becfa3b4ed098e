#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    const LIMIT: u8 = 8;

    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        n + Self::LIMTI
    }
}

impl Store for Db {}

fn main() {}
