//! `#[sync_to_async]` beside the attribute of the crate `async_trait`.

use std::thread::{self, ThreadId};

use async_trait::async_trait;
use asyncify_runtime::sync_to_async;
use asyncify_tests::block_on;

#[async_trait]
trait Store {
    async fn read(&self, key: &str) -> (ThreadId, usize);
    async fn close(self) -> ThreadId
    where
        Self: Sized;
    async fn here(&self) -> ThreadId {
        thread::current().id()
    }
}

#[derive(Clone)]
struct Marked;

#[sync_to_async(opt_in)]
#[async_trait]
impl Store for Marked {
    #[sync_to_async]
    fn read(&self, key: &str) -> (ThreadId, usize) {
        (thread::current().id(), key.len())
    }

    async fn close(self) -> ThreadId {
        thread::current().id()
    }
}

#[derive(Clone)]
struct Whole;

#[sync_to_async]
#[async_trait]
impl Store for Whole {
    fn read(&self, key: &str) -> (ThreadId, usize) {
        (thread::current().id(), key.len())
    }

    fn close(self) -> ThreadId {
        thread::current().id()
    }
}

/// `boxed` writes the same signature.
#[derive(Clone)]
struct Boxed;

#[sync_to_async(boxed)]
impl Store for Boxed {
    fn read(&self, key: &str) -> (ThreadId, usize) {
        (thread::current().id(), key.len())
    }

    fn close(self) -> ThreadId {
        thread::current().id()
    }
}

#[test]
fn marked_methods_of_an_async_trait_run_on_the_pool() {
    let here = thread::current().id();
    block_on(async {
        let (worker, length) = Marked.read("key").await;
        assert_ne!(worker, here);
        assert_eq!(length, 3);
        assert_eq!(Marked.here().await, here);
        assert_eq!(Marked.close().await, here);
    });
}

#[test]
fn all_methods_run_on_the_pool_without_a_mark() {
    let here = thread::current().id();
    block_on(async {
        for store in [&Whole as &dyn Store, &Boxed] {
            assert_ne!(store.read("key").await.0, here);
        }
        assert_ne!(Whole.close().await, here);
        assert_ne!(Boxed.close().await, here);
    });
}
