#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> u8 {
    if n > 1 {
        n
    }
}

fn main() {}
