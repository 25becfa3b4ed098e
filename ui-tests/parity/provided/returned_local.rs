#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8) -> &'static str {
        let text = n.to_string();
        &text
    }
}

impl Store for Db {}

fn main() {}
