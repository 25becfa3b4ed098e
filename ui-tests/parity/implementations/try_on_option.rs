#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, text: &str) -> Result<char, String>;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, text: &str) -> Result<char, String> {
        Ok(text.chars().next()?)
    }
}

fn main() {}
