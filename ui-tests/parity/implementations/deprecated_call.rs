#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    #[deprecated = "use `g`"]
    async fn f(&self, n: u8) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        n
    }
}

async fn caller() {
    Db.f(1).await;
}

fn main() {}
