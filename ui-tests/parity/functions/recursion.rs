#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> u8 {
    if n > 0 { f(n - 1) } else { 0 }
}

fn main() {}
