#![allow(dead_code)]

// sync_to_async
async fn f(text: &str) {
    text.parse::<u8>()?;
}

fn main() {}
