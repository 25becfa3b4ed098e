#![allow(dead_code)]

mod inner {
    // sync_to_async
    async fn hidden(n: u8) -> u8 {
        n
    }
}

async fn caller() {
    inner::hidden(1).await;
}

fn main() {}
