use async_trait::async_trait;
use asyncify_runtime::sync_to_async;

#[async_trait]
trait Store {
    async fn get(&self, key: &str) -> usize;
}

#[derive(Clone)]
struct Db;

#[async_trait]
impl Store for Db {
    #[sync_to_async]
    fn get(&self, key: &str) -> usize {
        key.len()
    }
}

fn main() {}
