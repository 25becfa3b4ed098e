#![allow(dead_code)]

#[derive(Clone)]
struct Db {
    text: String,
}

trait Store {
    async fn f(&self, n: u8) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        self.text = n.to_string();
        n
    }
}

fn main() {}
