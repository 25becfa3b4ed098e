//! `#[sync_to_async]` beside the attribute of the crate `async_trait`.

use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
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

/// `async_trait` has boxed the future before the attribute of the method sees it.
#[derive(Clone)]
struct OnTheMethod;

#[async_trait]
impl Store for OnTheMethod {
    #[sync_to_async]
    async fn read(&self, key: &str) -> (ThreadId, usize) {
        (thread::current().id(), key.len())
    }

    async fn close(self) -> ThreadId {
        thread::current().id()
    }
}

/// So it has for the attribute of the block.
#[derive(Clone)]
struct Below;

#[async_trait]
#[sync_to_async]
impl Store for Below {
    async fn read(&self, key: &str) -> (ThreadId, usize) {
        (thread::current().id(), key.len())
    }

    async fn close(self) -> ThreadId {
        thread::current().id()
    }
}

#[derive(Clone)]
struct BelowOptIn;

#[async_trait]
#[sync_to_async(opt_in)]
impl Store for BelowOptIn {
    #[sync_to_async]
    async fn read(&self, key: &str) -> (ThreadId, usize) {
        (thread::current().id(), key.len())
    }

    async fn close(self) -> ThreadId {
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
        for store in [&Whole as &dyn Store, &Boxed, &Below] {
            assert_ne!(store.read("key").await.0, here);
        }
        assert_ne!(Whole.close().await, here);
        assert_ne!(Boxed.close().await, here);
        assert_ne!(Below.close().await, here);
    });
}

#[test]
fn marked_methods_below_async_trait_run_on_the_pool() {
    let here = thread::current().id();
    block_on(async {
        for store in [&OnTheMethod as &dyn Store, &BelowOptIn] {
            let (worker, length) = store.read("key").await;
            assert_ne!(worker, here);
            assert_eq!(length, 3);
        }
        assert_eq!(OnTheMethod.close().await, here);
        assert_eq!(BelowOptIn.close().await, here);
    });
}

/// The forms in which `async_trait` writes receivers, parameters and outputs.
#[async_trait]
trait Forms<K: Send + Sync + 'static> {
    async fn nothing(&self);
    async fn unit(&self, done: Arc<AtomicBool>) -> ();
    async fn patterns(&self, pair: (usize, usize), _: u8, more: &[usize; 2]) -> usize;
    async fn generic<T: Clone + Send + Sync + 'static, const N: usize>(
        &self,
        of: &[T; N],
    ) -> Vec<T>;
    async fn converted(&self, path: impl AsRef<Path> + Send) -> PathBuf;
    async fn keyed<'a>(&'a self, key: &'a K, default: Option<&'static str>) -> io::Result<K>;
    async fn shared(self: Arc<Self>) -> usize;
    async fn owned(mut self) -> usize
    where
        Self: Sized;
    async fn lent(&mut self, rows: &mut Vec<usize>) -> usize;
    async fn borrowed(&self, text: &str) -> &usize;
    async fn associated(name: &str) -> String
    where
        Self: Sized;
}

#[derive(Clone, Default)]
struct Count(usize);

#[async_trait]
impl<K: Clone + Send + Sync + 'static> Forms<K> for Count {
    #[sync_to_async]
    async fn nothing(&self) {}

    #[sync_to_async]
    async fn unit(&self, done: Arc<AtomicBool>) -> () {
        if self.0 == 1 {
            done.store(true, Relaxed);
            return;
        }
    }

    #[sync_to_async]
    async fn patterns(&self, (mut a, b): (usize, usize), _: u8, &[c, d]: &[usize; 2]) -> usize {
        a += self.0;
        a + b + c + d
    }

    #[sync_to_async]
    async fn generic<T: Clone + Send + Sync + 'static, const N: usize>(
        &self,
        of: &[T; N],
    ) -> Vec<T> {
        of.to_vec()
    }

    #[sync_to_async]
    async fn converted(&self, path: impl AsRef<Path> + Send) -> PathBuf {
        path.as_ref().join(self.0.to_string())
    }

    #[sync_to_async(limit = 2)]
    async fn keyed<'a>(&'a self, key: &'a K, default: Option<&'static str>) -> io::Result<K> {
        let name = default.ok_or(io::ErrorKind::NotFound)?;
        assert_eq!(std::future::ready(name).await, "key");
        Ok(key.clone())
    }

    #[sync_to_async]
    async fn shared(self: Arc<Self>) -> usize {
        self.0
    }

    #[sync_to_async]
    async fn owned(mut self) -> usize {
        self.0 += 1;
        self.0
    }

    #[sync_to_async(lend)]
    async fn lent(&mut self, rows: &mut Vec<usize>) -> usize {
        self.0 += 1;
        rows.push(self.0);
        rows.len()
    }

    #[sync_to_async(in_place)]
    async fn borrowed(&self, text: &str) -> &usize {
        assert_eq!(text, "text");
        &self.0
    }

    #[sync_to_async]
    async fn associated(name: &str) -> String {
        name.to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn methods_below_async_trait_have_every_form() {
    let mut count: Box<Count> = Box::new(Count(1));
    let done = Arc::new(AtomicBool::new(false));
    <Count as Forms<u8>>::nothing(&count).await;
    <Count as Forms<u8>>::unit(&count, done.clone()).await;
    assert!(done.load(Relaxed));
    assert_eq!(<Count as Forms<u8>>::patterns(&count, (2, 3), 0, &[4, 5]).await, 15);
    assert_eq!(<Count as Forms<u8>>::generic(&count, &["a", "b"]).await, ["a", "b"]);
    let path = String::from("folder");
    assert_eq!(<Count as Forms<u8>>::converted(&count, &path).await, Path::new("folder/1"));
    assert_eq!(count.keyed(&7, Some("key")).await.unwrap(), 7);
    assert_eq!(count.keyed(&7, None).await.unwrap_err().kind(), io::ErrorKind::NotFound);
    assert_eq!(<Count as Forms<u8>>::shared(Arc::new(Count(3))).await, 3);
    assert_eq!(<Count as Forms<u8>>::owned(Count(3)).await, 4);
    let mut rows = vec![0];
    assert_eq!(<Count as Forms<u8>>::lent(&mut count, &mut rows).await, 2);
    assert_eq!((count.0, rows), (2, vec![0, 2]));
    assert_eq!(*<Count as Forms<u8>>::borrowed(&count, "text").await, 2);
    assert_eq!(<Count as Forms<u8>>::associated("name").await, "name");
}

/// Without `Send`, as `async_trait` has it on request.
#[async_trait(?Send)]
trait Local {
    async fn worker(&self) -> ThreadId;
}

#[async_trait(?Send)]
impl Local for Marked {
    #[sync_to_async]
    async fn worker(&self) -> ThreadId {
        // Not `Send`, and held across an `await`.
        let id = Rc::new(thread::current().id());
        std::future::ready(()).await;
        *id
    }
}

#[test]
fn what_is_not_send_may_be_in_the_body() {
    assert_ne!(block_on(Marked.worker()), thread::current().id());
}
