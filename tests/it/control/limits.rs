//! Calls under a limiter.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::task::Poll;

use asyncify_runtime::{
    BlockingCall, DedicatedThread, Executor, Job, Limiter, Rejected, asyncify, sync_to_async,
};
use asyncify_tests::{Gate, Log, Probe, block_on, poll_once, probe};
use futures::StreamExt;
use futures::future::join_all;

use crate::{at_most, occupy, one_thread};

/// How many bodies run now, and ran at most.
#[derive(Default)]
struct Peak {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Peak {
    fn during(&self, work: impl FnOnce()) {
        self.most.fetch_max(self.now.fetch_add(1, SeqCst) + 1, SeqCst);
        work();
        self.now.fetch_sub(1, SeqCst);
    }
}

#[test]
fn no_more_bodies_run_than_there_are_permits() {
    let limiter = Limiter::new(3);
    let pool = at_most(16).build().unwrap();
    let peak = Arc::new(Peak::default());
    let calls = (0..200).map(|_| {
        let (peak, limiter, pool) = (peak.clone(), limiter.clone(), pool.clone());
        async move {
            let body = move || peak.during(asyncify_tests::moment);
            BlockingCall::new(body).limiter(&limiter).executor(&pool).await;
        }
    });
    block_on(join_all(calls));
    assert!((1..=3).contains(&peak.most.load(SeqCst)));
    assert_eq!(limiter.available(), 3);
}

#[test]
fn callers_are_served_in_the_order_of_their_first_poll() {
    let limiter = Limiter::new(1);
    let log = Log::new();
    let permit = limiter.try_acquire().unwrap();
    let mut calls: Vec<_> = ["first", "second", "third"]
        .into_iter()
        .map(|name| {
            let log = log.clone();
            BlockingCall::new(move || log.write(name)).limiter(&limiter)
        })
        .collect();
    for call in &mut calls {
        assert_eq!(poll_once(call), Poll::Pending);
    }
    assert_eq!(limiter.waiting(), 3);
    drop(permit);
    block_on(join_all(calls.into_iter().rev()));
    assert_eq!(log.lines(), ["first", "second", "third"]);
}

#[test]
fn permit_of_an_abandoned_body_is_held_until_it_ends() {
    let limiter = Limiter::new(1);
    let gate = Gate::new();
    let body = gate.clone();
    let mut call = asyncify!(|| body.pass()).limiter(&limiter);
    assert_eq!(poll_once(&mut call), Poll::Pending);
    gate.wait_for(1);
    drop(call);
    assert!(limiter.try_acquire().is_none());
    let next = limiter.acquire();
    gate.open();
    drop(block_on(next));
}

#[test]
fn call_dropped_in_line_never_runs_and_costs_no_permit() {
    let limiter = Limiter::new(1);
    let permit = limiter.try_acquire().unwrap();
    let (held, fate) = probe();
    let mut call = asyncify!(|| drop(held)).limiter(&limiter);
    assert_eq!(poll_once(&mut call), Poll::Pending);
    drop(call);
    assert_eq!(fate.now(), Some(std::thread::current().id()));
    assert_eq!(limiter.waiting(), 0);
    drop(permit);
    assert_eq!(limiter.available(), 1);
}

#[test]
fn spawned_call_aborted_in_line_leaves_it() {
    let limiter = Limiter::new(1);
    let thread = DedicatedThread::new("aborted").unwrap();
    let permit = limiter.try_acquire().unwrap();
    let (held, fate) = probe();
    let call = asyncify!(|| drop(held)).limiter(&limiter).executor(&thread).spawn();
    assert_eq!(limiter.waiting(), 1);
    call.abort();
    assert_eq!(fate.now(), Some(std::thread::current().id()));
    assert_eq!(limiter.waiting(), 0, "it does not wait for a permit that it cannot use");
    drop(permit);
    assert_eq!(limiter.available(), 1);
    assert!(block_on(call).unwrap_err().is_cancelled());
}

/// The thread is at a body that waits for the permit, which the aborted call must not get.
#[test]
fn aborted_call_does_not_take_its_permit_into_the_queue() {
    let limiter = Limiter::new(1);
    let thread = DedicatedThread::new("busy").unwrap();
    let permit = limiter.try_acquire().unwrap();
    let aborted = asyncify!(|| ()).limiter(&limiter).executor(&thread).spawn();
    let (line, inside) = (limiter.clone(), Gate::new());
    let arrived = inside.clone();
    let blocker = asyncify!(|| {
        arrived.pass();
        drop(asyncify_runtime::block_on(line.acquire()));
    });
    let blocker = blocker.executor(&thread).spawn();
    inside.wait_for(1);
    aborted.abort();
    inside.open();
    drop(permit);
    block_on(blocker).unwrap();
    assert!(block_on(aborted).unwrap_err().is_cancelled());
}

/// Aborts race the permit that is handed to the call: whoever wins, the permit comes back.
#[test]
fn permit_comes_back_however_an_abort_meets_it() {
    let (limiter, pool) = (Limiter::new(1), one_thread());
    for round in 0..2_000 {
        let permit = limiter.try_acquire().unwrap();
        let call = asyncify!(|| ()).limiter(&limiter).executor(&pool).spawn();
        let start = Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                drop(permit);
            });
            start.wait();
            if round % 2 == 0 { call.abort() } else { drop(call) }
        });
        drop(block_on(limiter.acquire()));
    }
    assert_eq!(limiter.available(), 1);
}

#[sync_to_async(stream, limiter = limiter)]
fn held_back(limiter: &Limiter, held: Probe) -> impl Iterator<Item = Probe> + use<> {
    let _ = limiter;
    std::iter::once(held)
}

#[test]
fn dropped_stream_leaves_the_line_of_its_limiter() {
    let limiter = Limiter::new(1);
    let permit = limiter.try_acquire().unwrap();
    let (held, fate) = probe();
    let mut stream = held_back(&limiter, held);
    assert!(poll_once(&mut stream.next()).is_pending());
    assert_eq!(limiter.waiting(), 1);
    drop(stream);
    assert_eq!(limiter.waiting(), 0);
    drop(permit);
    assert_eq!(limiter.available(), 1);
    let _thread = fate.wait();
}

#[test]
fn permit_comes_back_after_a_panic() {
    let limiter = Limiter::new(1);
    let call = BlockingCall::new(|| panic!("expected")).limiter(&limiter).spawn();
    assert!(block_on(call).map(|(): ()| ()).unwrap_err().is_panic());
    assert_eq!(limiter.available(), 1);
}

#[test]
fn permit_is_back_before_the_result_is_there() {
    let limiter = Limiter::new(1);
    for _ in 0..1_000 {
        block_on(asyncify!(|| ()).limiter(&limiter));
        assert_eq!(limiter.available(), 1);
    }
}

/// Nested calls under one limiter that has one permit, on a pool that has one thread.
fn nested(limiter: &Limiter, pool: &asyncify_runtime::BlockingPool, depth: usize) -> usize {
    if depth == 0 {
        return 0;
    }
    let (inner, inner_pool) = (limiter.clone(), pool.clone());
    let call = BlockingCall::new(move || 1 + nested(&inner, &inner_pool, depth - 1));
    asyncify_runtime::block_on(call.limiter(limiter).executor(pool))
}

#[test]
fn nested_calls_reuse_the_permit_of_the_call_around() {
    let (limiter, pool) = (Limiter::new(1), one_thread());
    assert_eq!(nested(&limiter, &pool, 20), 20);
    assert_eq!(limiter.available(), 1);
}

#[test]
fn sibling_calls_inside_a_body_share_its_permit_one_at_a_time() {
    let limiter = Limiter::new(1);
    let peak = Arc::new(Peak::default());
    let (inner, seen) = (limiter.clone(), peak.clone());
    let outer = BlockingCall::new(move || {
        let calls = (0..10).map(|_| {
            let (seen, inner) = (seen.clone(), inner.clone());
            async move {
                let body = move || seen.during(asyncify_tests::moment);
                BlockingCall::new(body).limiter(&inner).await;
            }
        });
        asyncify_runtime::block_on(join_all(calls));
    });
    block_on(outer.limiter(&limiter));
    assert_eq!(peak.most.load(SeqCst), 1);
}

#[test]
fn spawned_call_starts_when_its_turn_comes() {
    let limiter = Limiter::new(1);
    let permit = limiter.try_acquire().unwrap();
    let handle = asyncify!(|| 5).limiter(&limiter).spawn();
    assert!(!handle.is_finished());
    drop(permit);
    assert_eq!(block_on(handle).unwrap(), 5);
}

#[test]
fn detached_call_runs_although_it_was_dropped_in_line() {
    let limiter = Limiter::new(1);
    let permit = limiter.try_acquire().unwrap();
    let (held, fate) = probe();
    let mut call = asyncify!(|| drop(held)).limiter(&limiter).detach();
    assert_eq!(poll_once(&mut call), Poll::Pending);
    drop(call);
    assert_eq!(fate.now(), None);
    drop(permit);
    assert_ne!(fate.wait(), std::thread::current().id());
}

#[test]
fn detached_call_on_a_borrowed_executor_is_cancelled_in_line() {
    struct Unshared(asyncify_runtime::BlockingPool);
    impl Executor for Unshared {
        fn execute(&self, job: Job) -> Result<(), Rejected> {
            self.0.execute(job)
        }
    }
    let (limiter, executor) = (Limiter::new(1), Unshared(one_thread()));
    let permit = limiter.try_acquire().unwrap();
    let (held, fate) = probe();
    let call = asyncify!(|| drop(held)).limiter(&limiter).executor(&executor).detach();
    let mut call = call;
    assert_eq!(poll_once(&mut call), Poll::Pending);
    drop(call);
    assert_eq!(fate.now(), Some(std::thread::current().id()));
    drop(permit);
    assert_eq!(limiter.available(), 1);
}

#[test]
fn detached_call_waits_for_its_place_without_its_caller() {
    let pool = at_most(1).queue_capacity(1).build().unwrap();
    let gate = occupy(&pool, 1);
    let queued = pool.spawn(|| ());
    let (held, fate) = probe();
    let mut call = asyncify!(|| drop(held)).executor(&pool).detach();
    assert_eq!(poll_once(&mut call), Poll::Pending);
    drop(call);
    gate.open();
    block_on(queued).unwrap();
    assert_ne!(fate.wait(), std::thread::current().id());
}
