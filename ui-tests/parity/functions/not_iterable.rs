#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) {
    for _ in n {}
}

fn main() {}
