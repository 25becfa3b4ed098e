#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, text: &str) -> usize {
        let all = text.chars().collect();
        0
    }
}

impl Store for Db {}

fn main() {}
