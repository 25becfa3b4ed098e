#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> u8;
}

impl Store for Db {
    // sync_to_async
    #[allow(unused_variables)]
    async fn f(&self, n: u8) -> u8 {
        let more = n;
        n
    }
}

fn main() {}
