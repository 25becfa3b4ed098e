#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, text: String) {
        for _ in 0..2 {
            drop(text);
        }
    }
}

impl Store for Db {}

fn main() {}
