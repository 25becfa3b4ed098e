#![allow(dead_code)]

#[derive(Clone)]
struct Db;

mod hidden {
    fn one() -> u8 {
        1
    }
}

impl Db {
    // sync_to_async
    async fn f(&self) -> u8 {
        hidden::one()
    }
}

fn main() {}
