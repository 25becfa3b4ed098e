use async_trait::async_trait;
use asyncify_runtime::sync_to_async;

#[async_trait]
trait Store {
    async fn get(&self, key: &str) -> usize;
}

#[derive(Clone)]
struct OnTheMethod;

#[async_trait]
impl Store for OnTheMethod {
    #[sync_to_async]
    async fn get(&self, key: &str) -> usize {
        key.len()
    }
}

#[derive(Clone)]
struct Below;

#[async_trait]
#[sync_to_async]
impl Store for Below {
    async fn get(&self, key: &str) -> usize {
        key.len()
    }
}

#[derive(Clone)]
struct Misplaced;

impl Misplaced {
    #[sync_to_async(opt_in)]
    fn get(&self, key: &str) -> usize {
        key.len()
    }
}

fn main() {}
