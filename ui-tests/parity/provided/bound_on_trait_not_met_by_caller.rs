#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        n
    }
}

impl Store for Db {}

async fn generic<T: Store>(store: T) {
    store.f(1).await;
}

async fn caller() {
    generic(1).await;
}

fn main() {}
