#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> String;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> String {
        n.to_string()
    }
}

async fn caller() {
    Db.f(1).len();
}

fn main() {}
