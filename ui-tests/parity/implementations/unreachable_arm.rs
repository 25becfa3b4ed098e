#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: Option<u8>) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: Option<u8>) -> u8 {
        match n {
            Some(n) => n,
            _ => 0,
            None => 1,
        }
    }
}

fn main() {}
