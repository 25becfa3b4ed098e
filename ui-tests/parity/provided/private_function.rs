#![allow(dead_code)]

#[derive(Clone)]
struct Db;

mod hidden {
    fn one() -> u8 {
        1
    }
}

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self) -> u8 {
        hidden::one()
    }
}

impl Store for Db {}

fn main() {}
