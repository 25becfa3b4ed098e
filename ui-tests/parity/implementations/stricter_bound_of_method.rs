#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f<T: Send + 'static>(&self, value: T);
}

impl Store for Db {
    // sync_to_async
    async fn f<T: Copy + Send + 'static>(&self, value: T) {
        drop([value, value]);
    }
}

fn main() {}
