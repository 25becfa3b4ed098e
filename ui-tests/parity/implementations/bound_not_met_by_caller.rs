#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f<T: std::fmt::Display + Send + 'static>(&self, value: T) -> String;
}

struct Plain;

impl Store for Db {
    // sync_to_async
    async fn f<T: std::fmt::Display + Send + 'static>(&self, value: T) -> String {
        value.to_string()
    }
}

async fn caller() {
    Db.f(Plain).await;
}

fn main() {}
