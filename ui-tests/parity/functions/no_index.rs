#![allow(dead_code)]

// sync_to_async
async fn f(all: Vec<u8>, n: u8) -> u8 {
    all[n]
}

fn main() {}
