#[derive(Clone)]
struct Db;

impl Db {
    // sync_to_async
    #[expect(dead_code, non_snake_case, unused_variables, reason = "three at once")]
    async fn F(&self, n: u8) -> u8 {
        1
    }
}

fn main() {}
