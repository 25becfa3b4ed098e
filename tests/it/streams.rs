//! Functions whose iterators become streams.

use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use asyncify_runtime::{BlockingPool, BlockingStream, is_cancelled, sync_to_async};
use asyncify_tests::{Gate, probe};
use futures::executor::block_on;
use futures::{FutureExt, StreamExt};

use crate::one_thread;

#[sync_to_async(stream)]
fn parts(path: &Path) -> impl Iterator<Item = PathBuf> {
    let parts: Vec<PathBuf> = path.iter().map(PathBuf::from).collect();
    parts.into_iter()
}

#[sync_to_async(stream)]
fn parts_of(path: impl AsRef<Path>) -> impl Iterator<Item = PathBuf> {
    let parts: Vec<PathBuf> = path.as_ref().iter().map(PathBuf::from).collect();
    parts.into_iter()
}

#[test]
fn a_converted_argument_is_made_owned() {
    let stream = {
        let path = String::from("usr/share");
        parts_of(&path)
    };
    assert_eq!(block_on(stream.collect::<Vec<_>>()), ["usr", "share"].map(PathBuf::from));
}

#[test]
fn a_borrowed_argument_is_made_owned() {
    let stream = {
        let path = PathBuf::from("usr/share/doc");
        parts(&path)
    };
    assert_eq!(block_on(stream.collect::<Vec<_>>()), ["usr", "share", "doc"].map(PathBuf::from));
}

#[sync_to_async(stream)]
fn threads(count: usize) -> impl Iterator<Item = thread::ThreadId> + Send {
    let made = thread::current().id();
    iter::once(made).chain(iter::repeat_with(|| thread::current().id()).take(count))
}

#[test]
fn body_and_iterator_run_on_blocking_threads() {
    let threads = block_on(threads(3).collect::<Vec<_>>());
    assert_eq!(threads.len(), 4);
    assert!(!threads.contains(&thread::current().id()));
}

#[sync_to_async(stream)]
fn numbers<const N: usize, T: Clone + Send + Sync + 'static>(value: &T) -> Vec<T> {
    vec![value.clone(); N]
}

#[test]
fn any_into_iterator_becomes_a_stream() {
    assert_eq!(block_on(numbers::<3, _>(&'x').collect::<String>()), "xxx");
}

#[sync_to_async(stream)]
fn lines(text: &str) -> Result<impl Iterator<Item = String>, std::num::ParseIntError> {
    let count: usize = text.parse()?;
    Ok((0..count).map(|k| k.to_string()))
}

#[sync_to_async(stream)]
fn entries(root: &Path) -> std::io::Result<std::fs::ReadDir> {
    std::fs::read_dir(root)
}

#[test]
fn an_error_in_place_of_the_iterator_is_the_first_item() {
    let items: Vec<Result<String, _>> = block_on(lines("3").collect());
    assert_eq!(items, ["0", "1", "2"].map(|line| Ok(line.to_owned())));
    let error = "three".parse::<usize>().unwrap_err();
    assert_eq!(block_on(lines("three").collect::<Vec<_>>()), [Err(error)]);
}

#[test]
fn the_error_type_may_be_that_of_an_alias() {
    let mut missing = entries(Path::new("there is no such directory"));
    let item: std::io::Result<std::io::Result<std::fs::DirEntry>> =
        block_on(missing.next()).unwrap();
    assert_eq!(item.unwrap_err().kind(), std::io::ErrorKind::NotFound);
    assert!(block_on(missing.next()).is_none());
    assert!(block_on(entries(Path::new(".")).next()).unwrap().unwrap().is_ok());
}

#[derive(Clone)]
struct Store {
    keys: Arc<[String]>,
    pool: BlockingPool,
}

impl Store {
    fn new(keys: &[&str]) -> Self {
        Self { keys: keys.iter().map(|key| (*key).to_owned()).collect(), pool: one_thread() }
    }
}

#[sync_to_async(executor = &self.pool, timeout = "1s")]
impl Store {
    #[sync_to_async(stream = 2)]
    fn keys(&self, prefix: &str) -> impl Iterator<Item = String> {
        let (keys, prefix) = (self.keys.clone(), prefix.to_owned());
        (0..keys.len()).map(move |k| keys[k].clone()).filter(move |key| key.starts_with(&prefix))
    }

    /// A call with the time limit of the block.
    fn count(&self) -> Result<usize, asyncify_runtime::Error> {
        Ok(self.keys.len())
    }
}

#[test]
fn a_method_of_a_block_streams_on_the_blocks_executor() {
    let store = Store::new(&["a1", "b1", "a2", "a3"]);
    assert_eq!(block_on(store.keys("a").collect::<Vec<_>>()), ["a1", "a2", "a3"]);
    block_on(store.pool.wait_idle());
    assert!(store.pool.metrics().completed > 0);
    assert_eq!(block_on(store.count()), Ok(4));
}

#[sync_to_async]
trait Feed {
    #[sync_to_async(stream)]
    fn items(&self, count: u32) -> Box<dyn Iterator<Item = u32> + Send>;
}

#[derive(Clone)]
struct Countdown;

#[sync_to_async]
impl Feed for Countdown {
    #[sync_to_async(stream)]
    fn items(&self, count: u32) -> Box<dyn Iterator<Item = u32> + Send> {
        Box::new((1..=count).rev())
    }
}

#[test]
fn a_trait_declares_streams() {
    fn items(feed: &impl Feed) -> BlockingStream<u32> {
        feed.items(3)
    }
    assert_eq!(block_on(items(&Countdown).collect::<Vec<_>>()), [3, 2, 1]);
}

#[sync_to_async(stream, limit = 1)]
fn held(gate: Gate) -> impl Iterator<Item = bool> {
    iter::from_fn(move || {
        gate.pass();
        Some(is_cancelled())
    })
}

#[test]
fn a_limited_stream_runs_one_iterator_at_a_time() {
    let (first_gate, second_gate) = (Gate::new(), Gate::new());
    let (mut first, mut second) = (held(first_gate.clone()), held(second_gate.clone()));
    assert!(first.next().now_or_never().is_none());
    first_gate.wait_for(1);
    assert!(second.next().now_or_never().is_none());
    assert_eq!(second_gate.arrived(), 0);
    second_gate.open();
    drop(first);
    first_gate.open();
    assert_eq!(block_on(second.next()), Some(false));
}

#[sync_to_async(stream)]
fn holding<T: Send + 'static>(value: T) -> impl Iterator<Item = u8> {
    iter::repeat_with(move || {
        let _value = &value;
        7
    })
}

#[test]
fn a_dropped_stream_frees_its_iterator() {
    let (value, fate) = probe();
    let mut stream = holding(value);
    assert_eq!(block_on(stream.next()), Some(7));
    assert!(fate.now().is_none());
    drop(stream);
    assert_ne!(fate.wait(), thread::current().id());

    let (value, fate) = probe();
    // A stream that is never polled never runs.
    drop(holding(value));
    assert_eq!(fate.now(), Some(thread::current().id()));
}

#[sync_to_async(rename = "squares_stream", stream)]
fn squares(count: u64) -> impl Iterator<Item = u64> {
    (0..count).map(|k| k * k)
}

#[test]
fn the_sync_function_remains_available() {
    let both = (squares(5).collect::<Vec<_>>(), block_on(squares_stream(5).collect::<Vec<_>>()));
    assert_eq!(both.0, both.1);
}
