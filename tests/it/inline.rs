//! `asyncify!`: what runs where, and in which order.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use asyncify_runtime::{BlockingCall, JoinHandle, asyncify};
use asyncify_tests::{Log, block_on, probe};

use crate::one_thread;

fn two(left: u32, right: u32) -> (ThreadId, u32) {
    (thread::current().id(), left + right)
}

fn length(text: &str) -> usize {
    text.len()
}

fn path_length(path: &Path) -> usize {
    path.as_os_str().len()
}

#[derive(Clone)]
struct Client {
    name: String,
    inner: Arc<Mutex<u32>>,
}

impl Client {
    fn add(&self, by: u32) -> u32 {
        let mut value = self.inner.lock().unwrap();
        *value += by;
        *value
    }

    fn rename(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }
}

struct Directory(PathBuf);

impl Directory {
    fn path(&self) -> &Path {
        &self.0
    }

    /// Calls with everything that a borrowed path may be written as.
    async fn lengths(&self, path: &Path, generic: impl AsRef<Path>, text: &str) -> Vec<usize> {
        let nested = &self.0;
        vec![
            asyncify!(path_length(path)).await,
            asyncify!(path_length(&*generic.as_ref())).await,
            asyncify!(path_length(generic.as_ref())).await,
            asyncify!(path_length(self.path())).await,
            asyncify!(path_length(nested)).await,
            asyncify!(path_length(Path::new(text))).await,
            asyncify!(length(text.trim())).await,
            asyncify!(path.to_owned()).await.as_os_str().len(),
        ]
    }
}

#[test]
fn references_are_copied_however_they_are_written() {
    let path = PathBuf::from("a/b");
    let directory = Directory(path.clone());
    let lengths = block_on(directory.lengths(&path, &path, "a/b"));
    assert_eq!(lengths, [3; 8]);
}

#[test]
fn the_error_type_of_a_block_is_inferred_from_its_use() {
    use std::num::ParseIntError;
    let sum = async || -> Result<u32, ParseIntError> {
        let left: Result<u32, ParseIntError> = asyncify!({ Ok("1".parse::<u32>()? + 1) }).await;
        // Behind another `?`, only the closure can say it.
        let right =
            asyncify!(|| -> Result<_, ParseIntError> { Ok(1 + "1".parse::<u32>()?) }).await?;
        Ok(left? + right)
    };
    assert_eq!(block_on(sum()), Ok(4));
}

#[test]
fn what_is_not_copied_is_moved() {
    const NAME: &str = "constant";
    fn port(port: u16) -> u16 {
        port
    }
    fn forever(text: &'static str, lock: &'static Mutex<u8>) -> usize {
        text.len() + usize::from(*lock.lock().unwrap())
    }
    static LOCK: Mutex<u8> = Mutex::new(1);
    let (number, lock) = (8, &LOCK);
    block_on(async {
        assert_eq!(asyncify!(port(number)).await, 8);
        assert_eq!(asyncify!(port("9".parse().unwrap())).await, 9);
        assert_eq!(asyncify!(port(7_u8.into())).await, 7);
        assert_eq!(asyncify!(forever(NAME, lock)).await, 9);
    });
}

#[test]
fn arguments_are_evaluated_on_the_caller_in_order_and_the_call_on_the_pool() {
    let log = Log::new();
    let here = thread::current().id();
    let argument = |name: &'static str, value: u32| {
        assert_eq!(thread::current().id(), here);
        log.write(name);
        value
    };
    let call = asyncify!(two(argument("first", 1), argument("second", 2)));
    assert_eq!(log.lines(), ["first", "second"]);
    let (worker, sum) = block_on(call);
    assert_ne!(worker, here);
    assert_eq!(sum, 3);
}

#[test]
fn arguments_may_await_and_return_early() {
    async fn later(value: u32) -> Result<u32, String> {
        let value = std::future::ready(value).await;
        if value == 0 { Err("zero".to_owned()) } else { Ok(value) }
    }
    async fn sum(left: u32, right: u32) -> Result<u32, String> {
        let (_, sum) = asyncify!(two(later(left).await?, later(right).await?)).await;
        Ok(sum)
    }
    assert_eq!(block_on(sum(1, 2)), Ok(3));
    assert_eq!(block_on(sum(1, 0)), Err("zero".to_owned()));
}

#[test]
fn borrowed_argument_is_made_owned_and_the_original_stays() {
    let text = String::from("abc");
    let path = PathBuf::from("/tmp");
    let reference = text.as_str();
    block_on(async {
        assert_eq!(asyncify!(length(&text)).await, 3);
        assert_eq!(asyncify!(path_length(&path)).await, 4);
        assert_eq!(asyncify!(length(&*reference)).await, 3);
        assert_eq!(asyncify!(length(&text[1..])).await, 2);
        assert_eq!(asyncify!(length("literal")).await, 7);
        assert!(asyncify!(std::fs::metadata(&path)).await.unwrap().is_dir());
    });
    assert_eq!((text.len(), path_length(&path)), (3, 4));
}

#[test]
fn owned_argument_moves_and_what_is_copied_stays() {
    let (held, fate) = probe();
    let number = 7;
    let call = asyncify!(keep_both(held, number));
    assert_eq!(number, 7);
    assert_eq!(fate.now(), None);
    let worker = block_on(call);
    assert_eq!(fate.wait(), worker);
}

fn keep_both<T>(_held: T, _number: u32) -> ThreadId {
    thread::current().id()
}

#[test]
fn method_call_takes_its_receiver_along() {
    let client = Client { name: "c".to_owned(), inner: Arc::default() };
    let shared = Arc::new(client.clone());
    block_on(async {
        assert_eq!(asyncify!(client.clone().add(1)).await, 1);
        assert_eq!(asyncify!(shared.add(2)).await, 3);
        let renamed = asyncify!(client.rename("d")).await;
        assert_eq!(asyncify!(renamed.name.len()).await, 1);
        assert_eq!(asyncify!("literal".to_uppercase()).await, "LITERAL");
    });
}

#[test]
fn generic_and_qualified_calls_work() {
    block_on(async {
        assert_eq!(asyncify!("7".parse::<u8>()).await, Ok(7));
        assert_eq!(asyncify!(Vec::<u8>::with_capacity(4)).await.capacity(), 4);
        assert_eq!(asyncify!(<u32 as std::str::FromStr>::from_str("7")).await, Ok(7));
        assert_eq!(asyncify!(Some(7)).await, Some(7));
    });
}

#[test]
fn block_runs_on_the_pool_and_moves_what_it_uses() {
    let here = thread::current().id();
    let text = String::from("abc");
    block_on(async {
        let (worker, length) = asyncify!({
            let local = Rc::new(text);
            (thread::current().id(), local.len())
        })
        .await;
        assert_ne!(worker, here);
        assert_eq!(length, 3);
    });
}

#[test]
fn question_mark_and_return_end_the_block_alone() {
    async fn parse(text: String) -> Result<u32, std::num::ParseIntError> {
        let parsed = asyncify!({
            let number: u32 = text.parse()?;
            if number == 0 {
                return Ok(1);
            }
            Ok(number)
        })
        .await;
        // Reached in each case.
        parsed.map(|number: u32| number + 1)
    }
    assert_eq!(block_on(parse("7".to_owned())), Ok(8));
    assert_eq!(block_on(parse("0".to_owned())), Ok(2));
    assert!(block_on(parse("x".to_owned())).is_err());
}

#[test]
fn closure_runs_on_the_pool() {
    let here = thread::current().id();
    let value = 7;
    block_on(async {
        assert_ne!(asyncify!(|| thread::current().id()).await, here);
        assert_eq!(asyncify!(move || value + 1).await, 8);
        assert_eq!(asyncify!(|| -> Option<u8> { None? }).await, None);
    });
}

#[test]
fn call_is_lazy_and_frees_what_it_took_when_dropped() {
    let (held, fate) = probe();
    let call: BlockingCall<'_, ()> = asyncify!(move || drop(held));
    assert_eq!(fate.now(), None);
    drop(call);
    assert_eq!(fate.now(), Some(thread::current().id()));
}

#[test]
fn spawn_starts_now() {
    let pool = one_thread();
    let (held, fate) = probe();
    let handle: JoinHandle<u8> = asyncify!({
        drop(held);
        7
    })
    .executor(&pool)
    .spawn();
    assert_ne!(fate.wait(), thread::current().id());
    assert_eq!(block_on(handle).unwrap(), 7);
}
