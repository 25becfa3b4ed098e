#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, text: &str) -> Result<u8, String> {
        Ok(text.parse::<u8>()?)
    }
}

impl Store for Db {}

fn main() {}
