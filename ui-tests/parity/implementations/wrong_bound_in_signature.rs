#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f<T: std::fmt::Display>(&self, value: T);
}

impl Store for Db {
    // sync_to_async
    async fn f<T: Dispaly>(&self, value: T) {}
}

fn main() {}
