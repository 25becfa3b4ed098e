#![allow(dead_code)]

// sync_to_async
async fn f(mut n: u8) -> u8 {
    n
}

fn main() {}
