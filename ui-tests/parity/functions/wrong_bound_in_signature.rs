#![allow(dead_code)]

// sync_to_async
async fn f<T: Dispaly>(value: T) {}

fn main() {}
