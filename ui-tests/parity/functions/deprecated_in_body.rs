#![allow(dead_code)]

#[deprecated = "use `new`"]
fn old(n: u8) -> u8 {
    n
}

// sync_to_async
async fn f(n: u8) -> u8 {
    old(n)
}

fn main() {}
