#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> Result<u8, String> {
    Ok(n.to_string())
}

fn main() {}
