#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) {
    'outer: for _ in 0..n {}
}

fn main() {}
