#![allow(dead_code)]

// sync_to_async
async fn f(path: &str) {
    std::fs::remove_file(path);
}

fn main() {}
