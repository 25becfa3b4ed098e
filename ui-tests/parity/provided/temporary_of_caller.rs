#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, text: &str) -> usize {
        text.len()
    }
}

impl Store for Db {}

async fn caller() {
    let call = Db.f(&String::from("one"));
    call.await;
}

fn main() {}
