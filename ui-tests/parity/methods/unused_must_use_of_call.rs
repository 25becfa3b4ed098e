#![allow(dead_code)]

#[derive(Clone)]
struct Db;

impl Db {
    // sync_to_async
    #[must_use = "it is one more"]
    async fn f(&self, n: u8) -> u8 {
        n + 1
    }
}

async fn caller() {
    Db.f(1).await;
}

fn main() {}
