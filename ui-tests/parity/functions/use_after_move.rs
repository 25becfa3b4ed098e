#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> usize {
    let text = n.to_string();
    drop(text);
    text.len()
}

fn main() {}
