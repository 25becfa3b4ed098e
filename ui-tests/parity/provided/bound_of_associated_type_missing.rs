#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    type Value: Send + 'static;

    // sync_to_async
    async fn f(&self, value: Self::Value) -> String {
        value.to_string()
    }
}

impl Store for Db {
    type Value = u8;
}

fn main() {}
