#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    type Value;

    async fn f(&self, n: u8) -> Self::Value;
}

impl Store for Db {
    type Value = String;

    // sync_to_async
    async fn f(&self, n: u8) -> Self::Value {
        n
    }
}

fn main() {}
