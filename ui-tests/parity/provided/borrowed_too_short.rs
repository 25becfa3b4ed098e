#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
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

impl Store for Db {}

fn main() {}
