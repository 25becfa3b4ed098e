#![allow(dead_code)]

unsafe fn raw(n: u8) -> u8 {
    n
}

// sync_to_async
async fn f(n: u8) -> u8 {
    raw(n)
}

fn main() {}
