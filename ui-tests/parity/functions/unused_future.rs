#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> u8 {
    n
}

async fn caller() {
    f(1);
}

fn main() {}
