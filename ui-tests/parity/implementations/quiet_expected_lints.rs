#[derive(Clone)]
struct Db;

trait Store {
    async fn f(&self, n: u8) -> u8;
}

impl Store for Db {
    // sync_to_async
    #[expect(unused_variables, unused_mut, reason = "two at once")]
    async fn f(&self, n: u8) -> u8 {
        let mut one = 1;
        one
    }
}

fn main() {
    drop(Db.f(1));
}
