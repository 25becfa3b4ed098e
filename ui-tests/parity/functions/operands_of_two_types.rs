#![allow(dead_code)]

// sync_to_async
async fn f(n: u8, m: u16) -> u16 {
    n + m
}

fn main() {}
