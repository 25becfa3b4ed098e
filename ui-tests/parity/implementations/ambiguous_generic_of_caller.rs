#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f<T: Default + Send + 'static>(&self) -> T;
}

impl Store for Db {
    // sync_to_async
    async fn f<T: Default + Send + 'static>(&self) -> T {
        T::default()
    }
}

async fn caller() {
    Db.f().await;
}

fn main() {}
