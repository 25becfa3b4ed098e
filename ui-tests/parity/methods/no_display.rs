#![allow(dead_code)]

#[derive(Clone)]
struct Db;

struct Plain;

impl Db {
    // sync_to_async
    async fn f(&self, n: Plain) -> String {
        format!("{n}")
    }
}

fn main() {}
