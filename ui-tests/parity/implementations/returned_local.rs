#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> &'static str;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> &'static str {
        let text = n.to_string();
        &text
    }
}

fn main() {}
