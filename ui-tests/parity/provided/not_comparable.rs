#![allow(dead_code)]

#[derive(Clone)]
struct Db;

struct Plain;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, a: Plain, b: Plain) -> bool {
        a == b
    }
}

impl Store for Db {}

fn main() {}
