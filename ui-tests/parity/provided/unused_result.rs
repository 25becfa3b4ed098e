#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, path: &str) {
        std::fs::remove_file(path);
    }
}

impl Store for Db {}

fn main() {}
