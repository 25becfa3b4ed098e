#![allow(dead_code)]

#[derive(Clone)]
struct Db;

impl Db {
    // sync_to_async
    #[deny(unused_variables)]
    async fn f(&self, n: u8) -> u8 {
        1
    }
}

fn main() {}
