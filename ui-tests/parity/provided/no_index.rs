#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, all: Vec<u8>, n: u8) -> u8 {
        all[n]
    }
}

impl Store for Db {}

fn main() {}
