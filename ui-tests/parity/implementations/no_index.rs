#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, all: Vec<u8>, n: u8) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, all: Vec<u8>, n: u8) -> u8 {
        all[n]
    }
}

fn main() {}
