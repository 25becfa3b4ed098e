#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f<T: Send + 'static>(&self, value: T) -> T;
}

impl Store for Db {
    // sync_to_async
    async fn f<T: Send + 'static>(&self, value: T) -> T {
        value
    }
}

async fn caller() {
    Db.f::<u8>("one").await;
}

fn main() {}
