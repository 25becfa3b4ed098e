#[derive(Clone)]
pub struct Db;

impl Db {
    // sync_to_async
    #[expect(dead_code)]
    async fn f(&self, n: u8) -> u8 {
        n
    }
}

fn main() {}
