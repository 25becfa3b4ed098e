#![allow(dead_code)]

struct Pair {
    left: u8,
    right: u8,
}

// sync_to_async
async fn f(n: u8) -> Pair {
    Pair { left: n }
}

fn main() {}
