#![allow(dead_code)]

// sync_to_async
async fn f(text: &str) -> usize {
    text.len()
}

async fn caller() {
    let text = String::new();
    let call = f(&text);
    drop(text);
    call.await;
}

fn main() {}
