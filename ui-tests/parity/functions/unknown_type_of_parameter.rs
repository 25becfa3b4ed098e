#![allow(dead_code)]

// sync_to_async
async fn f(n: Cuont) -> u8 {
    1
}

fn main() {}
