#![allow(dead_code)]

#[derive(Clone)]
struct Db;

impl Db {
    // sync_to_async
    async fn f(&self, text: &str) -> Result<u8, String> {
        Ok(text.parse::<u8>()?)
    }
}

fn main() {}
