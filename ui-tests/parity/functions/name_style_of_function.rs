#![allow(dead_code)]

// sync_to_async
async fn doIt(n: u8) -> u8 {
    n
}

fn main() {}
