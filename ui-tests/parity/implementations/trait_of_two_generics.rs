#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store<K, V> {
    async fn f(&self, n: K) -> V;
}

impl Store<u8> for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        n
    }
}

fn main() {}
