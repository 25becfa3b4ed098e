#![allow(dead_code)]

#[derive(Clone)]
struct Db;

impl Db {
    // sync_to_async
    async fn f<T: Send + 'static>(&self, value: T) -> String {
        value.to_string()
    }
}

fn main() {}
