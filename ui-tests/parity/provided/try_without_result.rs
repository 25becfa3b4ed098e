#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, text: &str) -> u8 {
        text.parse()?
    }
}

impl Store for Db {}

fn main() {}
