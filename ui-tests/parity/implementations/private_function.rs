#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self) -> u8;
}

mod hidden {
    fn one() -> u8 {
        1
    }
}

impl Store for Db {
    // sync_to_async
    async fn f(&self) -> u8 {
        hidden::one()
    }
}

fn main() {}
