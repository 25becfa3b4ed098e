#![allow(dead_code)]

#[derive(Clone)]
struct Db;

impl Db {
    // sync_to_async
    async fn f(&self, text: &str) {
        let all = *text;
    }
}

fn main() {}
