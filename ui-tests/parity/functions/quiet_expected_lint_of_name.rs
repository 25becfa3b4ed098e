#![allow(dead_code)]

// sync_to_async
#[expect(non_snake_case)]
async fn doIt(n: u8) -> u8 {
    n
}

fn main() {}
