#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Send + Sync + 'static {
    // sync_to_async
    async fn f(self: std::sync::Arc<Self>, n: u8) -> u8 {
        n
    }
}

impl Store for Db {}

fn caller(store: &dyn Store) {}

fn main() {}
