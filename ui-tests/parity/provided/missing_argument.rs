#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8, m: u8) -> u8 {
        n + m
    }
}

impl Store for Db {}

async fn caller() {
    Db.f(1).await;
}

fn main() {}
