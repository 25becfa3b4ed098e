#![allow(dead_code)]

struct Plain;

// sync_to_async
async fn f(a: Plain, b: Plain) -> bool {
    a == b
}

fn main() {}
