#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> Result<u8, String>;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> Result<u8, String> {
        Ok(n?)
    }
}

fn main() {}
