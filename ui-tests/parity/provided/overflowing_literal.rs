#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u16) -> u8 {
        let all: u8 = 256;
        all
    }
}

impl Store for Db {}

fn main() {}
