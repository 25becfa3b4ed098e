#![allow(dead_code)]

struct Pair {
    left: u8,
    right: u8,
}

// sync_to_async
async fn f(pair: Pair) -> u8 {
    pair.lfet
}

fn main() {}
