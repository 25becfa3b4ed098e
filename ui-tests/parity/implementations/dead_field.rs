#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> u8;
}

struct Pair {
    left: u8,
    right: u8,
}

impl Store for Db {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        let pair = Pair { left: n, right: n };
        pair.left
    }
}

fn main() {
    drop(Db.f(1));
}
