#![allow(dead_code)]

#[derive(Clone)]
struct Db;

#[deprecated = "use `new`"]
fn old(n: u8) -> u8 {
    n
}

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        old(n)
    }
}

impl Store for Db {}

fn main() {}
