#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, text: String) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, text: String) -> u8 {
        text as u8
    }
}

fn main() {}
