#![allow(dead_code)]

// sync_to_async
async fn f(count: u8) -> u8 {
    cuont + 1
}

fn main() {}
