#![allow(dead_code)]

// sync_to_async
async fn f(n: u8, more: &str) -> u8 {
    n
}

fn main() {}
