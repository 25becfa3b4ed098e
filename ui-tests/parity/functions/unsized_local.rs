#![allow(dead_code)]

// sync_to_async
async fn f(text: &str) {
    let all = *text;
}

fn main() {}
