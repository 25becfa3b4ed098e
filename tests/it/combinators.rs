//! Calls as futures: spawned, collected, boxed, and configured before they are polled.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use asyncify_runtime::{BlockingCall, Inline, Limiter, TimedCall, asyncify};
use asyncify_tests::{FOREVER, Gate, panic_text, poll_once};
use futures::FutureExt;
use futures::future::{join_all, select, select_all, try_join_all};
use futures::stream::{self, FuturesUnordered, StreamExt};
use tokio::task::JoinSet;

use crate::{current_thread, multi_thread, one_thread};

fn call(number: u32) -> BlockingCall<'static, u32> {
    asyncify!(move || number * 2)
}

fn timed(number: u32) -> TimedCall<'static, u32> {
    call(number).timeout(FOREVER)
}

fn sorted(mut numbers: Vec<u32>) -> Vec<u32> {
    numbers.sort_unstable();
    numbers
}

/// Runs a future on each kind of runtime.
fn on_each_runtime<F: Future<Output = ()>>(make: impl Fn() -> F) {
    current_thread().block_on(make());
    multi_thread().block_on(make());
}

#[test]
fn calls_are_spawned_on_tokio() {
    on_each_runtime(|| async {
        assert_eq!(tokio::spawn(call(1)).await.unwrap(), 2);
        assert_eq!(tokio::spawn(timed(1)).await.unwrap(), Ok(2));
    });
}

#[test]
fn calls_are_joined_by_a_join_set() {
    on_each_runtime(|| async {
        let mut set: JoinSet<u32> = (0..8).map(call).collect();
        set.spawn(call(8));
        assert_eq!(sorted(set.join_all().await), [0, 2, 4, 6, 8, 10, 12, 14, 16]);
        let mut set = JoinSet::new();
        set.spawn(timed(4));
        assert_eq!(set.join_next().await.unwrap().unwrap(), Ok(8));
    });
}

#[test]
fn calls_are_joined_by_join_all() {
    on_each_runtime(|| async {
        let all = tokio::spawn(join_all((0..50).map(call)));
        assert_eq!(all.await.unwrap(), (0..50).map(|n| n * 2).collect::<Vec<_>>());
        assert_eq!(try_join_all((0..3).map(timed)).await, Ok(vec![0, 2, 4]));
    });
}

#[test]
fn calls_are_joined_by_futures_unordered() {
    async fn unordered() {
        let calls: FuturesUnordered<_> = (0..8).map(call).collect();
        assert_eq!(sorted(calls.collect().await), [0, 2, 4, 6, 8, 10, 12, 14]);
        let calls: FuturesUnordered<_> = (0..8).map(timed).collect();
        assert_eq!(calls.count().await, 8);
    }
    on_each_runtime(|| async { tokio::spawn(unordered()).await.unwrap() });
    futures::executor::block_on(unordered());
}

#[test]
fn calls_are_boxed() {
    async fn boxed() {
        let pool = one_thread();
        let mixed = [call(1).boxed(), call(2).executor(&pool).boxed(), async { 7 }.boxed()];
        assert_eq!(join_all(mixed).await, [2, 4, 7]);
        assert_eq!(timed(3).boxed().await, Ok(6));
    }
    on_each_runtime(|| async { tokio::spawn(boxed()).await.unwrap() });
    futures::executor::block_on(boxed());
}

#[test]
fn calls_are_buffered_in_streams() {
    async fn buffered() {
        let calls = stream::iter(0..20).map(call).buffer_unordered(4);
        assert_eq!(sorted(calls.collect().await), (0..20).map(|n| n * 2).collect::<Vec<_>>());
        let calls = stream::iter(0..20).map(timed).buffered(4);
        assert_eq!(calls.map(Result::unwrap).collect::<Vec<_>>().await[19], 38);
    }
    on_each_runtime(|| async { tokio::spawn(buffered()).await.unwrap() });
    futures::executor::block_on(buffered());
}

#[test]
fn calls_are_selected_by_reference() {
    on_each_runtime(|| async {
        let gate = Gate::new();
        let mut slow = BlockingCall::new(gate.body());
        tokio::select! {
            () = &mut slow => panic!("the gate is closed"),
            number = call(1) => assert_eq!(number, 2),
        }
        assert_eq!(select_all([call(2), call(2)]).await.0, 4);
        gate.open();
        select(slow, std::future::pending::<()>()).await;
    });
}

#[test]
fn call_that_was_polled_cannot_be_configured() {
    let (limiter, runtime) = (Limiter::new(1), current_thread());
    let configure: [&dyn Fn(BlockingCall<'static, ()>); 6] = [
        &|call| drop(call.executor(&Inline)),
        &|call| drop(call.limiter(&limiter)),
        &|call| drop(call.runtime(runtime.handle())),
        &|call| drop(call.timeout(FOREVER)),
        &|call| drop(call.detach()),
        &|call| drop(call.spawn()),
    ];
    for configure in configure {
        let gate = Gate::new();
        let mut call = BlockingCall::new(gate.body());
        assert!(poll_once(&mut call).is_pending());
        let payload = catch_unwind(AssertUnwindSafe(|| configure(call))).unwrap_err();
        let text = panic_text(&*payload);
        assert_eq!(text, "a `BlockingCall` cannot be configured after its first poll");
        gate.open();
    }
}

#[test]
fn call_that_has_returned_its_value_cannot_be_polled_again() {
    let mut call = call(1).executor(&Inline);
    assert_eq!(poll_once(&mut call), Poll::Ready(2));
    let payload = catch_unwind(AssertUnwindSafe(|| poll_once(&mut call))).unwrap_err();
    assert!(panic_text(&*payload).contains("polled after it had completed"));
}
