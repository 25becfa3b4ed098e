#![allow(dead_code)]

#[derive(Clone)]
struct Db;

struct Plain;

fn show(_: impl std::fmt::Display) {}

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: Plain) {
        show(n);
    }
}

impl Store for Db {}

fn main() {}
