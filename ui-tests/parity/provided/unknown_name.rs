#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, count: u8) -> u8 {
        cuont + 1
    }
}

impl Store for Db {}

fn main() {}
