#![allow(dead_code)]

#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8) -> Result<u8, String> {
        Ok(n)
    }
}

impl Store for Db {}

async fn caller() -> Result<u8, String> {
    let n = Db.f(1)?;
    Ok(n)
}

fn main() {}
