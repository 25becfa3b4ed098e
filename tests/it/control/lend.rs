//! `lend`: a `&mut` that moves to the pool, and back.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::{self, ThreadId};
use std::time::Duration;

use asyncify_runtime::{BlockingPool, Error, Limiter, Phase, sync_to_async};
use asyncify_tests::{Gate, block_on, moment, poll_once};

use crate::{at_most, multi_thread, one_thread};

#[sync_to_async(lend)]
fn push(list: &mut Vec<u32>, value: u32) -> (usize, ThreadId) {
    list.push(value);
    (list.len(), thread::current().id())
}

#[test]
fn value_is_worked_on_elsewhere_and_comes_back() {
    let mut list = vec![1, 2];
    let (len, there) = block_on(push(&mut list, 3));
    assert_eq!((len, &*list), (3, &[1, 2, 3][..]));
    assert_ne!(there, thread::current().id());
}

#[test]
fn nothing_moves_before_the_first_poll() {
    let mut list = vec![1];
    drop(push(&mut list, 2));
    assert_eq!(list, [1]);
}

#[sync_to_async(lend)]
fn swap<K, V>(left: &mut HashMap<K, V>, right: &mut HashMap<K, V>, _: &mut String, note: &str)
where
    K: Send + 'static,
    V: Send + 'static,
{
    assert_eq!(note, "a plain borrow beside it");
    std::mem::swap(left, right);
}

#[test]
fn several_are_lent_at_once() {
    let (mut left, mut right) = (HashMap::from([(1, 'a')]), HashMap::new());
    let mut untouched = "there".to_owned();
    block_on(swap(&mut left, &mut right, &mut untouched, "a plain borrow beside it"));
    assert_eq!((left.len(), right.len(), &*untouched), (0, 1, "there"));
}

#[derive(Default)]
struct Reader {
    lines: Vec<String>,
    next: usize,
    limiter: Option<Limiter>,
}

impl Reader {
    fn of(lines: &[&str]) -> Self {
        Self { lines: lines.iter().map(|line| (*line).to_owned()).collect(), ..Self::default() }
    }
}

#[sync_to_async(lend, timeout = "30s")]
impl Reader {
    fn read(&mut self, into: &mut String) -> Result<bool, Error> {
        into.clear();
        let Some(line) = self.lines.get(self.next) else { return Ok(false) };
        self.next += 1;
        into.push_str(line);
        Ok(true)
    }

    async fn read_async(&mut self, mut into: &mut String) -> Result<bool, Error> {
        into = std::future::ready(into).await;
        Ok(self.read_now(into))
    }

    #[sync_to_async(skip)]
    fn read_now(&mut self, into: &mut String) -> bool {
        into.clear();
        into.extend(self.lines.get(self.next).cloned());
        self.next += 1;
        !into.is_empty()
    }

    #[sync_to_async(limiter = &self.limiter.clone().expect("one is set"))]
    fn rewind(&mut self) -> Result<usize, Error> {
        Ok(std::mem::take(&mut self.next))
    }
}

#[test]
fn reader_and_buffer_are_lent_line_by_line() {
    let mut reader = Reader::of(&["one", "two"]);
    let mut line = String::new();
    block_on(async {
        assert_eq!(reader.read(&mut line).await, Ok(true));
        assert_eq!(line, "one");
        assert_eq!(reader.read_async(&mut line).await, Ok(true));
        assert_eq!(line, "two");
        assert_eq!(reader.read(&mut line).await, Ok(false));
        reader.limiter = Some(Limiter::new(1));
        assert_eq!(reader.rewind().await, Ok(2));
        assert_eq!(reader.next, 0);
    });
}

#[sync_to_async(lend)]
trait Sink {
    fn put(&mut self, byte: u8) -> usize;
}

#[sync_to_async(lend)]
impl Sink for Vec<u8> {
    fn put(&mut self, byte: u8) -> usize {
        self.push(byte);
        self.len()
    }
}

async fn put_twice(sink: &mut (impl Sink + Send)) -> usize {
    sink.put(1).await;
    sink.put(2).await
}

#[test]
fn methods_of_traits_lend_and_can_be_spawned() {
    let list = multi_thread().block_on(async {
        let task = tokio::spawn(async {
            let mut list = Vec::new();
            assert_eq!(put_twice(&mut list).await, 2);
            list
        });
        task.await.unwrap()
    });
    assert_eq!(list, [1, 2]);
}

#[sync_to_async(lend)]
fn half_done(list: &mut Vec<u32>) {
    list.push(7);
    panic!("expected");
}

#[test]
fn value_comes_back_after_a_panic() {
    let mut list = vec![1];
    let result = catch_unwind(AssertUnwindSafe(|| block_on(half_done(&mut list))));
    assert!(result.is_err());
    assert_eq!(list, [1, 7]);
}

#[sync_to_async(lend, executor = pool)]
fn pass(pool: &BlockingPool, list: &mut Vec<u32>, gate: &Gate) {
    let _ = pool;
    gate.pass();
    list.push(9);
}

#[test]
fn call_dropped_while_it_runs_leaves_the_default() {
    let (pool, gate) = (one_thread(), Gate::new());
    let mut list = vec![1];
    let mut call = Box::pin(pass(&pool, &mut list, &gate));
    assert!(poll_once(&mut call).is_pending());
    gate.wait_for(1);
    drop(call);
    assert_eq!(list, [0_u32; 0]);
    gate.open();
    block_on(pool.wait_idle());
    assert_eq!(list, [0_u32; 0]);
}

#[test]
fn call_dropped_in_the_queue_gives_the_value_back() {
    let (pool, gate) = (one_thread(), Gate::new());
    let blocker = pool.spawn(gate.body());
    gate.wait_for(1);
    let mut list = vec![1];
    let mut call = Box::pin(pass(&pool, &mut list, &gate));
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    assert_eq!(list, [1]);
    gate.open();
    block_on(blocker).unwrap();
}

#[sync_to_async(lend, timeout = "10ms", limiter = &line.clone())]
fn in_line(line: Limiter, list: &mut Vec<u32>) -> Result<(), Error> {
    list.push(1);
    drop(line);
    Ok(())
}

#[test]
fn call_that_never_got_its_turn_gives_the_value_back() {
    let mut list = vec![1];
    let late = Error::TimedOut { phase: Phase::Queue, after: Duration::from_millis(10) };
    assert_eq!(block_on(in_line(Limiter::new(0), &mut list)), Err(late));
    assert_eq!(list, [1]);
}

#[test]
fn refused_call_gives_the_value_back() {
    let (pool, mut list) = (one_thread(), vec![1]);
    block_on(pool.shutdown(asyncify_runtime::Shutdown::Drain));
    let gate = Gate::new();
    let call = pass(&pool, &mut list, &gate);
    assert!(catch_unwind(AssertUnwindSafe(|| block_on(call))).is_err());
    assert_eq!(list, [1]);
}

/// Counts how many are alive, but for the default one.
#[derive(Default)]
struct Counted(Option<Arc<AtomicUsize>>);

impl Counted {
    fn new(alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, SeqCst);
        Self(Some(alive.clone()))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if let Some(alive) = &self.0 {
            alive.fetch_sub(1, SeqCst);
        }
    }
}

#[sync_to_async(lend, executor = pool)]
fn touch(pool: &BlockingPool, value: &mut Counted, moments: u64) -> bool {
    let _ = pool;
    (0..moments).for_each(|_| moment());
    value.0.is_some()
}

#[test]
fn value_is_in_one_place_wherever_the_call_is_dropped() {
    let pool = at_most(3).queue_capacity(4).build().unwrap();
    let alive = Arc::new(AtomicUsize::new(0));
    let (mut back, mut gone) = (0, 0);
    for round in 0..10_000_u64 {
        let mut value = Counted::new(&alive);
        let mut call = Box::pin(touch(&pool, &mut value, round % 3));
        let mut polls = round % 4;
        let done = loop {
            if polls == 0 {
                break false;
            }
            polls -= 1;
            if let std::task::Poll::Ready(was_there) = poll_once(&mut call) {
                assert!(was_there);
                break true;
            }
            if round % 5 == 0 {
                moment();
            }
        };
        drop(call);
        if value.0.is_some() {
            back += 1;
        } else {
            assert!(!done, "a call that ended has given its value back");
            gone += 1;
        }
    }
    block_on(pool.wait_idle());
    assert_eq!(back + gone, 10_000);
    assert_eq!(alive.load(SeqCst), 0);
}

#[test]
fn future_holds_two_pointers_for_each_that_is_lent() {
    const POINTER: usize = size_of::<usize>();
    let mut list = Vec::new();
    let one = size_of_val(&push(&mut list, 1));
    assert!(one <= POINTER + 8 + 32 + 2 * POINTER, "{one}");
    let (mut left, mut right) = (HashMap::from([(1, 'a')]), HashMap::new());
    let mut text = String::new();
    let three = size_of_val(&swap(&mut left, &mut right, &mut text, ""));
    assert!(three <= 5 * POINTER + 32 + 6 * POINTER, "{three}");
}
