#![allow(dead_code)]

// sync_to_async
async fn f(text: &str) -> u8 {
    text.parse()?
}

fn main() {}
