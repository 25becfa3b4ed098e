#![allow(dead_code)]

#[derive(Clone)]
struct Db;

impl Db {
    // sync_to_async
    async fn f<T: Dispaly>(&self, value: T) {}
}

fn main() {}
