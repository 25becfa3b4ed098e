#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, text: &str) -> usize;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, text: &str) -> usize {
        text.len()
    }
}

async fn caller() {
    Db.f(String::new()).await;
}

fn main() {}
