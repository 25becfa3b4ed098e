#![allow(dead_code)]

// sync_to_async
async fn f(n: Option<u8, u8>) -> usize {
    1
}

fn main() {}
