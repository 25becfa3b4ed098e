use asyncify_runtime::sync_to_async;

trait Store {
    async fn get(&self, key: u32) -> u32;
}

#[derive(Clone)]
struct Db;

impl Store for Db {
    #[sync_to_async]
    fn get(&self, key: u32) -> u32 {
        key
    }
}

fn main() {}
