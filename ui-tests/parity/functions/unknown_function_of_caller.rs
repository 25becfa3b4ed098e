#![allow(dead_code)]

// sync_to_async
async fn thumbnail(n: u8) -> u8 {
    n
}

async fn caller() {
    thumbnial(1).await;
}

fn main() {}
