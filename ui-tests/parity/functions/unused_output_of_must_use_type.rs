#![allow(dead_code)]

#[must_use]
struct Ticket(u8);

// sync_to_async
async fn f(n: u8) -> Ticket {
    Ticket(n)
}

async fn caller() {
    f(1).await;
}

fn main() {}
