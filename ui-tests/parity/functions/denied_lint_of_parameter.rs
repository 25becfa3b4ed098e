#![allow(dead_code)]

// sync_to_async
#[deny(unused_variables)]
async fn f(n: u8) -> u8 {
    1
}

fn main() {}
