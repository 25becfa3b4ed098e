#![allow(dead_code)]

// sync_to_async
async fn f((n, more): (u8, u8)) -> u8 {
    n
}

fn main() {}
