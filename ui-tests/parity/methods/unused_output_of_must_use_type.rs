#![allow(dead_code)]

#[derive(Clone)]
struct Db;

#[must_use]
struct Ticket(u8);

impl Db {
    // sync_to_async
    async fn f(&self, n: u8) -> Ticket {
        Ticket(n)
    }
}

async fn caller() {
    Db.f(1).await;
}

fn main() {}
