#![allow(dead_code)]

#[derive(Clone)]
struct Db;

struct Hidden;

impl Db {
    // sync_to_async
    pub async fn f(&self, n: Hidden) -> u8 {
        1
    }
}

fn main() {}
