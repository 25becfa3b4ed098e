#![allow(dead_code)]

// sync_to_async
async fn f<T: Default + Send + 'static>() -> T {
    T::default()
}

async fn caller() {
    f().await;
}

fn main() {}
