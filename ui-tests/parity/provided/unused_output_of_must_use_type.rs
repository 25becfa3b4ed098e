#![allow(dead_code)]

#[derive(Clone)]
struct Db;

#[must_use]
struct Ticket(u8);

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8) -> Ticket {
        Ticket(n)
    }
}

impl Store for Db {}

async fn caller() {
    Db.f(1).await;
}

fn main() {}
