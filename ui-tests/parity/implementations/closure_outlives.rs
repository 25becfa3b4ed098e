#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8);
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) {
        let text = n.to_string();
        std::thread::spawn(|| println!("{text}"));
    }
}

fn main() {}
