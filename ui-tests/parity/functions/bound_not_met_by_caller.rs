#![allow(dead_code)]

struct Plain;

// sync_to_async
async fn f<T: std::fmt::Display + Send + 'static>(value: T) -> String {
    value.to_string()
}

async fn caller() {
    f(Plain).await;
}

fn main() {}
