#![allow(dead_code)]

// sync_to_async
#[must_use = "it is one more"]
async fn f(n: u8) -> u8 {
    n + 1
}

async fn caller() {
    f(1).await;
}

fn main() {}
