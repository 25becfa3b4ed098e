#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> &'static str {
    let text = n.to_string();
    &text
}

fn main() {}
