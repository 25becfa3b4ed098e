#![allow(dead_code)]

// sync_to_async
async fn f<T: Send + 'static>(value: T) -> T {
    value
}

async fn caller() {
    f::<u8>("one").await;
}

fn main() {}
