#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> u8 {
    let more = n
    more
}

fn main() {}
