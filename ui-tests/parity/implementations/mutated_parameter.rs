#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, all: Vec<u8>) -> usize;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, all: Vec<u8>) -> usize {
        all.push(1);
        all.len()
    }
}

fn main() {}
