#![allow(dead_code)]

// sync_to_async
async fn f(all: Vec<u8>) -> usize {
    all.push(1);
    all.len()
}

fn main() {}
