#![allow(dead_code)]

// sync_to_async
async fn f(text: &str) -> Result<u8, String> {
    Ok(text.parse::<u8>()?)
}

fn main() {}
