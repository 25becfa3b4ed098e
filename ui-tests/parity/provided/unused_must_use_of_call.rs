#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    #[must_use = "it is one more"]
    async fn f(&self, n: u8) -> u8 {
        n + 1
    }
}

impl Store for Db {}

async fn caller() {
    Db.f(1).await;
}

fn main() {}
