#![allow(dead_code)]

#[derive(Clone)]
struct Db {
    text: String,
}

trait Store {
    async fn f(&self) -> String;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self) -> String {
        self.text
    }
}

fn main() {}
