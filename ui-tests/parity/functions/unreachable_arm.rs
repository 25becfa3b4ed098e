#![allow(dead_code)]

// sync_to_async
async fn f(n: Option<u8>) -> u8 {
    match n {
        Some(n) => n,
        _ => 0,
        None => 1,
    }
}

fn main() {}
