#![allow(dead_code)]

struct Plain;

// sync_to_async
async fn f(n: Plain) -> String {
    format!("{n}")
}

fn main() {}
