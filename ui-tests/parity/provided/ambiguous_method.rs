#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        n
    }
}

impl Store for Db {}

pub trait Shop {
    fn f(&self, n: u8) -> u8 {
        n
    }
}

impl Shop for Db {}

async fn caller() {
    Db.f(1);
}

fn main() {}
