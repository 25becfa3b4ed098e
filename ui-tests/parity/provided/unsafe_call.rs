#![allow(dead_code)]

#[derive(Clone)]
struct Db;

unsafe fn raw(n: u8) -> u8 {
    n
}

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        raw(n)
    }
}

impl Store for Db {}

fn main() {}
