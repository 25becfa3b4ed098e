#![allow(dead_code)]

// sync_to_async
async fn f(n: u16) -> u8 {
    let all: u8 = 256;
    all
}

fn main() {}
