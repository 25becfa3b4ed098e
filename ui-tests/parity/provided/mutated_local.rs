#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8) -> usize {
        let all = vec![n];
        all.push(1);
        all.len()
    }
}

impl Store for Db {}

fn main() {}
