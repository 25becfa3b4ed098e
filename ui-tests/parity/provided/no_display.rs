#![allow(dead_code)]

#[derive(Clone)]
struct Db;

struct Plain;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: Plain) -> String {
        format!("{n}")
    }
}

impl Store for Db {}

fn main() {}
