#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, text: String) -> usize;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, text: String) -> usize {
        text.lenght()
    }
}

fn main() {}
