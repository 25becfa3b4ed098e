#![allow(dead_code)]

// sync_to_async
async fn f(Count: u8) -> u8 {
    Count
}

fn main() {}
