#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: Option<u8>) -> u8 {
        match n {
            Some(n) => n,
        }
    }
}

impl Store for Db {}

fn main() {}
