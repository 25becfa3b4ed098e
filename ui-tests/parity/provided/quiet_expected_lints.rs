#[derive(Clone)]
struct Db;

trait Store: Clone + Send + Sync + 'static {
    // sync_to_async
    #[expect(non_snake_case, unused_variables, reason = "two at once")]
    async fn F(&self, n: u8) -> u8 {
        1
    }
}

impl Store for Db {}

fn main() {
    drop(Db.F(1));
}
