#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f<T: Send + 'static>(&self, value: T) -> T {
        value
    }
}

impl Store for Db {}

async fn caller() {
    Db.f::<u8>("one").await;
}

fn main() {}
