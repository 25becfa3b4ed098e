#![allow(dead_code)]

// sync_to_async
async fn f(Some(n): Option<u8>) -> u8 {
    n
}

fn main() {}
