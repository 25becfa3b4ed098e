#![allow(dead_code)]

// sync_to_async
async fn f() -> usize {
    let all = Vec::new();
    all.len()
}

fn main() {}
