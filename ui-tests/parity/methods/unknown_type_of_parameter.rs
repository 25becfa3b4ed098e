#![allow(dead_code)]

#[derive(Clone)]
struct Db;

impl Db {
    // sync_to_async
    async fn f(&self, n: Cuont) -> u8 {
        1
    }
}

fn main() {}
