#![allow(dead_code)]

fn double(n: u8) -> u8 {
    n * 2
}

// sync_to_async
async fn f(text: String) -> u8 {
    double(text)
}

fn main() {}
