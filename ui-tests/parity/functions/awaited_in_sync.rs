#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> u8 {
    n
}

fn caller() -> u8 {
    f(1).await
}

fn main() {}
