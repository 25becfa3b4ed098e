#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, path: &str);
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, path: &str) {
        std::fs::remove_file(path);
    }
}

fn main() {}
