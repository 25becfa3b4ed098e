#![allow(dead_code)]

// sync_to_async
async fn f(text: &str) -> usize {
    let all = text.chars().collect();
    0
}

fn main() {}
