use asyncify_runtime::sync_to_async;

#[sync_to_async]
trait Store: Clone + Send + Sync + 'static {
    fn get(&self, key: u32) -> u32;

    fn put(&self, key: u32);
}

#[derive(Clone)]
struct Db;

#[sync_to_async]
impl Store for Db {
    fn get(&self, key: String) -> u32 {
        key.len() as u32
    }

    fn take(&self) {}
}

fn main() {}
