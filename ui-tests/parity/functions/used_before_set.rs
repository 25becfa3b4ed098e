#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> u8 {
    let more: u8;
    if n > 1 {
        more = 1;
    }
    more
}

fn main() {}
