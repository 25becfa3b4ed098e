#![allow(dead_code)]

// sync_to_async
async fn f(n: u8) -> String {
    n.to_string()
}

async fn caller() {
    f(1).len();
}

fn main() {}
