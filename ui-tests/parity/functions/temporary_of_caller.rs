#![allow(dead_code)]

// sync_to_async
async fn f(text: &str) -> usize {
    text.len()
}

async fn caller() {
    let call = f(&String::from("one"));
    call.await;
}

fn main() {}
