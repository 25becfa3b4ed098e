#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> usize {
    let all = vec![n];
    all.push(1);
    all.len()
}

fn main() {}
