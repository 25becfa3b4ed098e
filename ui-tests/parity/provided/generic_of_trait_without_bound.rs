#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store<T: Send + 'static>: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, value: T) -> String {
        value.to_string()
    }
}

impl Store<u8> for Db {}

fn main() {}
