#![allow(dead_code)]

// sync_to_async
async fn f(text: String) -> usize {
    text.len()
}

async fn caller() {
    let text = String::new();
    f(text).await;
    println!("{text}");
}

fn main() {}
