use std::pin::Pin;

use async_trait::async_trait;
use asyncify_runtime::sync_to_async;

#[async_trait]
trait Store {
    async fn get(&self, key: &str) -> usize;
    async fn fill(&self, buffer: &mut Vec<u8>);
    async fn name(&self) -> &str;
    async fn count(&self, names: Option<&str>) -> usize;
}

#[derive(Clone)]
struct OnTheMethod;

#[async_trait]
impl Store for OnTheMethod {
    #[sync_to_async(limits = 2)]
    async fn get(&self, key: &str) -> usize {
        key.len()
    }

    #[sync_to_async]
    async fn fill(&self, buffer: &mut Vec<u8>) {
        buffer.clear();
    }

    #[sync_to_async]
    async fn name(&self) -> &str {
        "name"
    }

    #[sync_to_async]
    async fn count(&self, names: Option<&str>) -> usize {
        names.map_or(0, str::len)
    }
}

#[async_trait]
trait Files {
    async fn open(&self, name: String) -> usize;
    async fn close(&self, name: &str);
}

#[derive(Clone)]
struct Below;

#[async_trait]
#[sync_to_async]
impl Files for Below {
    async fn open(&self, name: String) -> usize {
        name.len()
    }

    fn close(&self, name: &str) {
        drop(name.to_owned());
    }
}

#[derive(Clone)]
struct Unknown;

impl Unknown {
    #[sync_to_async]
    fn size<'async_trait>(
        &'async_trait self,
    ) -> Pin<Box<dyn Future<Output = usize> + Send + 'async_trait>> {
        let size = 8;
        Box::pin(async move { size })
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
