#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> Result<u8, String> {
    Ok(n)
}

async fn caller() {
    f(1).await;
}

fn main() {}
