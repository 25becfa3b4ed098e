#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self) -> usize {
        let all = Vec::new();
        all.len()
    }
}

impl Store for Db {}

fn main() {}
