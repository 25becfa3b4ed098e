#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> u8;
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        fn double(n: u8) -> u8 {
            n * 2
        }
        n
    }
}

fn main() {
    drop(Db.f(1));
}
