#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, text: String) -> usize {
        text.len()
    }
}

impl Store for Db {}

async fn caller() {
    let text = String::new();
    Db.f(text).await;
    println!("{text}");
}

fn main() {}
