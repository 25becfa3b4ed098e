#![allow(dead_code)]

#[derive(Clone)]
struct Db;

struct Plain;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f<T: std::fmt::Display + Send + 'static>(&self, value: T) -> String {
        value.to_string()
    }
}

impl Store for Db {}

async fn caller() {
    Db.f(Plain).await;
}

fn main() {}
