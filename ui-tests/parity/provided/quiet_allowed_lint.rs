#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    #[allow(unused_variables)]
    async fn f(&self, n: u8) -> u8 {
        let more = n;
        n
    }
}

impl Store for Db {}

fn main() {}
