#[derive(Clone)]
struct Db;

struct Pair {
    left: u8,
    right: u8,
}

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    async fn f(&self, n: u8) -> u8 {
        let pair = Pair { left: n, right: n };
        pair.left
    }
}

impl Store for Db {}

fn main() {
    drop(Db.f(1));
}
