use asyncify_runtime::sync_to_async;

trait Store {
    type Value;

    async fn get(&self, key: u32) -> u32;

    async fn take<T: Clone + Send + 'static, const N: usize>(self, of: [T; N]) -> Self::Value;

    async fn count() -> u32;
}

#[derive(Clone)]
struct Db;

impl Store for Db {
    type Value = u32;

    #[sync_to_async]
    fn get(&self, key: u32) -> u32 {
        key
    }

    #[sync_to_async]
    async fn take<T: Clone + Send + 'static, const N: usize>(self, of: [T; N]) -> Self::Value {
        of.len() as u32
    }

    // Without a receiver it has no sibling.
    #[sync_to_async]
    fn count() -> u32 {
        1
    }
}

fn main() {}
