#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> u8 {
    let mut more = n;
    more = 2;
    n
}

fn main() {}
