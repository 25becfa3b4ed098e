#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> u8 {
    let more = if n > 1 { n } else { "less" };
    more
}

fn main() {}
