use std::rc::Rc;

use async_trait::async_trait;
use asyncify_runtime::sync_to_async;

#[async_trait(?Send)]
trait Store {
    async fn get(&self, key: u32) -> u32;
    async fn put(self, value: Rc<u32>) -> u32;
}

struct NotClone;

#[async_trait(?Send)]
impl Store for NotClone {
    #[sync_to_async]
    async fn get(&self, key: u32) -> u32 {
        key
    }

    #[sync_to_async]
    async fn put(self, value: Rc<u32>) -> u32 {
        *value
    }
}

#[async_trait]
trait Names {
    async fn name(&self) -> String;
}

#[derive(Clone)]
struct Named;

#[async_trait]
impl Names for Named {
    #[sync_to_async]
    async fn name(&self) -> String {
        7
    }
}

fn main() {}
