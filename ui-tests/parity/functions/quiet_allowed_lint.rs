#![allow(dead_code)]

// sync_to_async
#[allow(unused_variables)]
async fn f(n: u8) -> u8 {
    let more = n;
    n
}

fn main() {}
