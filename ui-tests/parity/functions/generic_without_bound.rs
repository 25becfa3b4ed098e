#![allow(dead_code)]

// sync_to_async
async fn f<T: Send + 'static>(value: T) -> String {
    value.to_string()
}

fn main() {}
