#![allow(dead_code)]

// sync_to_async
async fn f(text: String) {
    for _ in 0..2 {
        drop(text);
    }
}

fn main() {}
