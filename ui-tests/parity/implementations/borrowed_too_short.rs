#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> usize;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> usize {
        let text: &str;
        {
            let owned = n.to_string();
            text = &owned;
        }
        text.len()
    }
}

fn main() {}
