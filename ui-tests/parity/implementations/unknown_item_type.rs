#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self) -> usize;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self) -> usize {
        let all = Vec::new();
        all.len()
    }
}

fn main() {}
