#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, all: &Vec<u8>) -> usize {
        all.push(1);
        all.len()
    }
}

impl Store for Db {}

fn main() {}
