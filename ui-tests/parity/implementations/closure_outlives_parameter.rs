#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, text: String);
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, text: String) {
        std::thread::spawn(|| println!("{text}"));
    }
}

fn main() {}
