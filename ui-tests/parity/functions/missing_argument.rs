#![allow(dead_code)]

// sync_to_async
async fn f(n: u8, m: u8) -> u8 {
    n + m
}

async fn caller() {
    f(1).await;
}

fn main() {}
