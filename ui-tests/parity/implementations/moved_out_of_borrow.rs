#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, all: &Vec<String>) -> String;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, all: &Vec<String>) -> String {
        all[0]
    }
}

fn main() {}
