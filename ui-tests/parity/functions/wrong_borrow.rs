#![allow(dead_code)]

// sync_to_async
async fn f(text: &str) -> usize {
    text.len()
}

async fn caller() {
    f(String::new()).await;
}

fn main() {}
