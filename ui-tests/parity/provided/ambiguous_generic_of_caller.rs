#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f<T: Default + Send + 'static>(&self) -> T {
        T::default()
    }
}

impl Store for Db {}

async fn caller() {
    Db.f().await;
}

fn main() {}
