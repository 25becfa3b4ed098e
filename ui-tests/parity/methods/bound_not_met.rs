#![allow(dead_code)]

#[derive(Clone)]
struct Db;

struct Plain;

fn show(_: impl std::fmt::Display) {}

impl Db {
    // sync_to_async
    async fn f(&self, n: Plain) {
        show(n);
    }
}

fn main() {}
