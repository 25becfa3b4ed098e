#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, a: Plain, b: Plain) -> bool;
}

struct Plain;

impl Store for Db {
    // sync_to_async
    async fn f(&self, a: Plain, b: Plain) -> bool {
        a == b
    }
}

fn main() {}
