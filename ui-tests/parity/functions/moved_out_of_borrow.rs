#![allow(dead_code)]

// sync_to_async
async fn f(all: &Vec<String>) -> String {
    all[0]
}

fn main() {}
