use asyncify_runtime::sync_to_async;

trait Store {
    async fn put(&self, key: u32);
}

struct Db;

#[sync_to_async]
impl Db {
    fn get(&self, key: u32) -> u32 {
        key
    }
}

#[sync_to_async]
impl Store for Db {
    fn put(&self, key: u32) {
        drop(key);
    }
}

fn main() {}
