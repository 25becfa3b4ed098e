#![allow(dead_code)]

// sync_to_async
async fn f(text: String) -> usize {
    drop(text);
    text.len()
}

fn main() {}
