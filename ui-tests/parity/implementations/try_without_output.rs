#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, text: &str);
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, text: &str) {
        text.parse::<u8>()?;
    }
}

fn main() {}
