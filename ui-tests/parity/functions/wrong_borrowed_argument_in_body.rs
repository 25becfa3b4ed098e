#![allow(dead_code)]

fn double(n: u8) -> u8 {
    n * 2
}

// sync_to_async
async fn f(path: &std::path::Path) -> u8 {
    double(path)
}

fn main() {}
