#![allow(dead_code)]

#[derive(Clone)]
struct Db;

impl Db {
    // sync_to_async
    async fn doIt(&self, n: u8) -> u8 {
        n
    }
}

fn main() {}
