#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store<T: Send + 'static>: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, value: T) -> T {
        value
    }
}

impl Store<u8, u8> for Db {}

fn main() {}
