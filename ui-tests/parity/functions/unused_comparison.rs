#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> bool {
    n >= 0
}

fn main() {}
