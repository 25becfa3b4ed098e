#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f<T: Send + 'static>(&self, value: T) -> String {
        value.to_string()
    }
}

impl Store for Db {}

fn main() {}
