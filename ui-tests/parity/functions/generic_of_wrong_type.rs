#![allow(dead_code)]

// sync_to_async
async fn f<T: Send + 'static>(value: T) -> T {
    1u8
}

fn main() {}
