#![allow(dead_code)]

mod pair {
    pub struct Pair {
        left: u8,
    }
}

// sync_to_async
async fn f(pair: pair::Pair) -> u8 {
    pair.left
}

fn main() {}
