use asyncify_runtime::sync_to_async;

#[sync_to_async]
trait Store: Clone + Send + Sync + 'static {
    fn get(&self, key: u32) -> u32;
}

#[derive(Clone)]
struct Db;

impl Store for Db {
    fn get(&self, key: u32) -> u32 {
        key
    }
}

fn main() {}
