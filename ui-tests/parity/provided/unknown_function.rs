#![allow(dead_code)]

#[derive(Clone)]
struct Db;

fn double(n: u8) -> u8 {
    n * 2
}

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        dobule(n)
    }
}

impl Store for Db {}

fn main() {}
