#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> String;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> String {
        format!("{m}")
    }
}

fn main() {}
