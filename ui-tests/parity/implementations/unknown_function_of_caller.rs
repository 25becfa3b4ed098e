#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn thumbnail(&self, n: u8) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn thumbnail(&self, n: u8) -> u8 {
        n
    }
}

async fn caller() {
    Db.thumbnial(1).await;
}

fn main() {}
