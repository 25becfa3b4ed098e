#![allow(dead_code)]

// sync_to_async
async fn f(text: &str) -> usize {
    text.lenght()
}

fn main() {}
