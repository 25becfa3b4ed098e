#![allow(dead_code)]

struct Hidden;

// sync_to_async
pub async fn f(n: Hidden) -> u8 {
    1
}

fn main() {}
