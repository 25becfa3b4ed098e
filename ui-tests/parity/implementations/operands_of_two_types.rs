#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8, m: u16) -> u16;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8, m: u16) -> u16 {
        n + m
    }
}

fn main() {}
