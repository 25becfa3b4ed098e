#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: Plain);
}

struct Plain;

fn show(_: impl std::fmt::Display) {}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: Plain) {
        show(n);
    }
}

fn main() {}
