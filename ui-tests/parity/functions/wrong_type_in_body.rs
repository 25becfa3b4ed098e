#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> u8 {
    let text: String = n;
    text.len() as u8
}

fn main() {}
