#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: Plain) -> String;
}

struct Plain;

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: Plain) -> String {
        format!("{n}")
    }
}

fn main() {}
