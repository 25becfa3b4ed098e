#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, text: &str) -> Result<u8, String>;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, text: &str) -> Result<u8, String> {
        Ok(text.parse::<u8>()?)
    }
}

fn main() {}
