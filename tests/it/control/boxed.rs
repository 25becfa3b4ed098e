//! `boxed`: a trait that is used as `dyn`.

use std::sync::Arc;

use asyncify_runtime::{BlockingPool, sync_to_async};
use asyncify_tests::block_on;

use crate::{multi_thread, one_thread};

#[sync_to_async(boxed)]
trait Store: Send + Sync + 'static {
    fn get(&self, key: &str) -> Option<String>;

    fn names<'a>(&'a self, first: &'a str, rest: &[String]) -> Vec<String>;

    async fn size(&self) -> usize;

    fn close(self: Box<Self>) -> usize;

    fn ping(self: Arc<Self>) -> &'static str {
        "pong"
    }

    fn kind() -> &'static str
    where
        Self: Sized,
    {
        "store"
    }
}

#[derive(Clone)]
struct Memory {
    pool: BlockingPool,
    words: Vec<String>,
}

#[sync_to_async(boxed, executor = &self.pool.clone(), limit = 1)]
impl Store for Memory {
    fn get(&self, key: &str) -> Option<String> {
        self.words.iter().find(|word| word.starts_with(key)).cloned()
    }

    fn names<'a>(&'a self, first: &'a str, rest: &[String]) -> Vec<String> {
        std::iter::once(first.to_owned()).chain(rest.iter().cloned()).collect()
    }

    async fn size(&self) -> usize {
        std::future::ready(self.words.len()).await
    }

    fn close(self: Box<Self>) -> usize {
        self.words.len()
    }
}

fn memory() -> Memory {
    Memory { pool: one_thread(), words: vec!["apple".to_owned(), "pear".to_owned()] }
}

#[test]
fn methods_are_called_by_way_of_dyn() {
    let store: Box<dyn Store> = Box::new(memory());
    block_on(async {
        assert_eq!(store.get("p").await.as_deref(), Some("pear"));
        assert_eq!(store.names("a", &["b".to_owned()]).await, ["a", "b"]);
        assert_eq!(store.size().await, 2);
        assert_eq!(store.close().await, 2);
        let shared: Arc<dyn Store> = Arc::new(memory());
        assert_eq!(shared.ping().await, "pong");
        assert_eq!(Memory::kind().await, "store");
    });
}

#[test]
fn futures_are_send() {
    let store: Arc<dyn Store> = Arc::new(memory());
    let found = multi_thread().block_on(async {
        let task = tokio::spawn(async move { store.get("a").await });
        task.await.unwrap()
    });
    assert_eq!(found.as_deref(), Some("apple"));
}

#[sync_to_async(boxed, lend)]
trait Count {
    fn count(&mut self, by: usize) -> usize;
}

#[sync_to_async(boxed, lend)]
impl Count for Vec<usize> {
    fn count(&mut self, by: usize) -> usize {
        self.push(by);
        self.iter().sum()
    }
}

#[sync_to_async(boxed, in_place)]
trait Lines {
    fn longest(&self, other: &str) -> &str;
}

#[sync_to_async(boxed, in_place)]
impl Lines for str {
    fn longest(&self, other: &str) -> &str {
        self.lines().rfind(|line| line.len() > other.len()).unwrap_or("")
    }
}

#[test]
fn boxed_methods_may_lend_or_stay_in_place() {
    let counter: &mut dyn Count = &mut vec![1];
    assert_eq!(block_on(counter.count(2)), 3);
    assert_eq!(block_on(counter.count(3)), 6);
    assert_eq!(block_on("a\nbcd".longest(&String::from("ab"))), "bcd");
}
