#![allow(dead_code)]

struct Plain;

fn show(_: impl std::fmt::Display) {}

// sync_to_async
async fn f(n: Plain) {
    show(n);
}

fn main() {}
