#[derive(Clone)]
struct Db;

impl Db {
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
