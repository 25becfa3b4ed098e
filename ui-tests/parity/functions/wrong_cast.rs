#![allow(dead_code)]

// sync_to_async
async fn f(text: String) -> u8 {
    text as u8
}

fn main() {}
