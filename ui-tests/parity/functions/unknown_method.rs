#![allow(dead_code)]

// sync_to_async
async fn f(text: String) -> usize {
    text.lenght()
}

fn main() {}
