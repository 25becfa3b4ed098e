//! A shared `Unblock`, and the memory of many.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use futures::executor::block_on;
use futures::{AsyncReadExt, AsyncWriteExt};

use super::manual::Manual;
use super::pattern;
use crate::Unblock;
use crate::util::test_util;

#[test]
fn it_is_sync_for_each_value() {
    /// Is `Send`, and not `Sync`.
    type Value = std::cell::Cell<u8>;
    fn is_sync<T: Sync>(_: &T) {}
    fn is_send<T: Send>(_: &T) {}
    let value = Unblock::new(Value::new(7));
    is_sync(&value);
    is_send(&value.with(|value| value.get()));
}

#[test]
fn calls_at_the_same_time_run_in_turns() {
    let manual = Manual::new(8);
    let numbers = Unblock::with_executor(manual.clone(), Vec::new());
    let push = |number| numbers.with(move |numbers| numbers.push(number));
    let (mut first, mut dropped) = (pin!(push(1)), Box::pin(push(2)));
    let (mut third, mut fourth) = (pin!(push(3)), pin!(push(4)));
    // They run in the order of their first polls.
    assert!(Manual::poll(|cx| first.as_mut().poll(cx)).is_pending());
    assert!(Manual::poll(|cx| dropped.as_mut().poll(cx)).is_pending());
    assert!(Manual::poll(|cx| fourth.as_mut().poll(cx)).is_pending());
    assert!(Manual::poll(|cx| third.as_mut().poll(cx)).is_pending());
    drop(dropped);
    manual.run_all();
    assert!(Manual::poll(|cx| third.as_mut().poll(cx)).is_pending());
    manual.block_on(first).unwrap();
    manual.block_on(fourth).unwrap();
    manual.block_on(third).unwrap();
    assert_eq!(manual.block_on(numbers.with(|numbers| numbers.clone())).unwrap(), [1, 4, 3]);
}

#[test]
fn a_call_that_is_dropped_while_it_runs_gives_its_turn_to_the_next() {
    let manual = Manual::new(8);
    let numbers = Unblock::with_executor(manual.clone(), Vec::new());
    let mut dropped = Box::pin(numbers.with(|numbers: &mut Vec<_>| numbers.push(1)));
    assert!(Manual::poll(|cx| dropped.as_mut().poll(cx)).is_pending());
    let mut next = pin!(numbers.with(|numbers| numbers.push(2)));
    assert!(Manual::poll(|cx| next.as_mut().poll(cx)).is_pending());
    drop(dropped);
    manual.block_on(next).unwrap();
    assert_eq!(manual.block_on(numbers.with(|numbers| numbers.clone())).unwrap(), [1, 2]);
}

#[test]
fn threads_share_a_value() {
    let (threads, calls) = (4, test_util::scaled(200));
    let sum = Unblock::new(0_usize);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..calls {
                    block_on(sum.with(|sum| *sum += 1)).unwrap();
                }
            });
        }
    });
    assert_eq!(block_on(sum.into_inner()).unwrap(), threads * calls);
}

#[test]
fn a_panic_of_a_closure_is_its_own_and_the_others_get_an_error() {
    let manual = Manual::new(8);
    let value = Unblock::with_executor(manual.clone(), 0);
    let mut broken = pin!(value.with(|_| resume_unwind(Box::new("broken"))));
    let mut other = pin!(value.with(|value| *value));
    assert!(Manual::poll(|cx| broken.as_mut().poll(cx)).is_pending());
    assert!(Manual::poll(|cx| other.as_mut().poll(cx)).is_pending());
    manual.run_all();
    let poll = || Manual::poll(|cx| broken.as_mut().poll(cx)).map(Result::<(), _>::unwrap);
    let payload = catch_unwind(AssertUnwindSafe(poll)).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"broken"));
    let Poll::Ready(Err(error)) = Manual::poll(|cx| other.as_mut().poll(cx)) else {
        panic!("the value is lost")
    };
    assert!(error.to_string().contains("lost"), "{error}");
}

#[test]
fn it_can_be_used_by_a_closure_that_runs_within_the_poll() {
    let value = Arc::new(Unblock::with_executor(crate::Inline, 0));
    let inner = value.clone();
    let nested = block_on(value.with(move |_| {
        // Waits for its turn, which the caller has.
        Manual::poll(|cx| pin!(inner.with(|_| ())).poll(cx)).is_pending()
    }));
    assert!(nested.unwrap());
    assert_eq!(block_on(value.with(|value| *value)).unwrap(), 0);
}

#[test]
fn slow_readers_hold_no_more_than_they_have_not_consumed() {
    const CHUNK: usize = 64 << 10;
    const READERS_AHEAD: usize = 4;
    const AHEAD: usize = 2 * (256 << 10);
    /// In milliseconds.
    const REST: u128 = 2;
    let (count, chunks) = if cfg!(miri) { (2, 1) } else { (100, 10) };
    let mut readers: Vec<_> = (0..count).map(|_| Unblock::new(io::repeat(7))).collect();
    let mut target = vec![0; CHUNK];
    // On a busy machine a reader may rest in between. It keeps what it has read ahead, and another
    // one may read ahead as well.
    let mut rests = 0;
    for reader in &mut readers {
        let start = Instant::now();
        for _ in 0..chunks {
            block_on(reader.read_exact(&mut target)).unwrap();
        }
        block_on(reader.read_exact(&mut [0])).unwrap();
        rests += usize::try_from(start.elapsed().as_millis() / REST).unwrap();
    }
    let held = readers.iter_mut().map(|reader| reader.inner.get_mut().read_buffer.held());
    let held = held.sum::<usize>();
    let most = count * CHUNK + (READERS_AHEAD + rests) * AHEAD;
    assert!((count * CHUNK..=most).contains(&held), "{held} bytes, {rests} rests");
}

#[test]
fn a_writer_that_rests_holds_no_memory() {
    let mut writer = Unblock::new(io::sink());
    let bytes = pattern(if cfg!(miri) { 1_000 } else { 100_000 });
    for _ in 0..10 {
        block_on(writer.write_all(&bytes)).unwrap();
    }
    block_on(writer.flush()).unwrap();
    assert_eq!(writer.inner.get_mut().write_buffer.held(), 0);
}
