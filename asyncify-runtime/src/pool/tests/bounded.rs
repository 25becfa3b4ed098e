//! Bounded queues.

use super::{Gate, TestPool, block_on, eventually, pool, rounds};
use crate::pool::{Shutdown, TrySpawnError};
use futures::FutureExt;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Wake, Waker};

/// A pool whose one thread is busy and whose queue holds one job.
fn busy() -> (TestPool, Gate) {
    let pool = pool(|b| b.max_threads(1).queue_capacity(1));
    let (gate, job) = Gate::new();
    drop(pool.spawn(job));
    gate.wait_entered();
    (pool, gate)
}

#[test]
fn a_full_queue_gives_the_closure_back() {
    let (pool, gate) = busy();
    let queued = pool.try_spawn(|| 1).expect("there is a permit");
    let error = pool.try_spawn(|| 2).expect_err("there is none");
    assert!(matches!(error, TrySpawnError::Full(_)) && error.to_string().contains("full"));
    assert_eq!(error.into_inner()(), 2);
    assert!(block_on(pool.spawn(|| 3)).expect_err("refused").is_rejected());
    assert_eq!(pool.metrics().rejected, 2);
    gate.open();
    assert_eq!(block_on(queued).expect("no panic"), 1);
}

#[test]
fn a_job_returns_its_permit_when_it_starts() {
    let (pool, gate) = busy();
    let queued = pool.spawn(|| 1);
    let mut next = pin!(pool.reserve());
    assert!(next.as_mut().now_or_never().is_none());
    gate.open();
    block_on(queued).expect("no panic");
    let permit = block_on(next).expect("a permit is free");
    assert_eq!(block_on(permit.spawn(|| 2)).expect("no panic"), 2);
}

#[test]
fn a_cancelled_job_returns_its_permit_at_once() {
    let (pool, gate) = busy();
    let queued = pool.spawn(|| 1);
    assert!(pool.try_spawn(|| ()).is_err());
    queued.abort();
    let next = pool.try_spawn(|| 2).expect("the permit is free again");
    gate.open();
    assert_eq!(block_on(next).expect("no panic"), 2);
}

#[test]
fn permits_are_granted_first_come_first_served() {
    let (pool, gate) = busy();
    let held = block_on(pool.reserve()).expect("open");
    let (mut a, mut b, mut c) =
        (Box::pin(pool.reserve()), Box::pin(pool.reserve()), Box::pin(pool.reserve()));
    for waiting in [&mut a, &mut b, &mut c] {
        assert!(waiting.as_mut().now_or_never().is_none());
    }
    drop(held);
    assert!(pool.try_spawn(|| ()).is_err(), "the permit belongs to a waiter");
    drop(a);
    assert!(c.as_mut().now_or_never().is_none(), "the permit goes to the second waiter");
    drop(block_on(b).expect("open"));
    drop(block_on(c).expect("open"));
    drop(pool.try_spawn(|| ()).expect("no caller waits"));
    gate.open();
}

#[test]
fn closing_rejects_waiters() {
    let (pool, gate) = busy();
    let held = block_on(pool.reserve()).expect("open");
    let mut waiting = pin!(pool.reserve());
    assert!(waiting.as_mut().now_or_never().is_none());
    let mut shutdown = pin!(pool.shutdown(Shutdown::Drain));
    assert!(shutdown.as_mut().now_or_never().is_none(), "a job runs");
    assert!(block_on(waiting).is_err());
    assert!(block_on(held.spawn(|| ())).expect_err("closed").is_rejected());
    gate.open();
    block_on(shutdown);
}

#[test]
fn an_unbounded_queue_never_waits_for_a_permit() {
    let pool = pool(|b| b.max_threads(1));
    let (gate, job) = Gate::new();
    drop(pool.spawn(job));
    let jobs = rounds(400);
    let permits: Vec<_> =
        (0..jobs).map(|_| pool.reserve().now_or_never().expect("at once").expect("open")).collect();
    for permit in permits {
        drop(permit.spawn(|| ()));
    }
    gate.wait_entered();
    gate.open();
    eventually(&pool, |m| m.completed == 1 + jobs as u64);
}

/// Reports that it was woken, and then panics.
struct PanickingWaker(mpsc::Sender<()>);

impl Wake for PanickingWaker {
    fn wake(self: Arc<Self>) {
        self.0.send(()).expect("the test receives");
        panic!("deliberate");
    }
}

#[test]
fn shutdown_reaches_all_waiters_though_wakers_panic() {
    let (pool, gate) = busy();
    let held = block_on(pool.reserve()).expect("open");
    let (sender, woken) = mpsc::channel();
    let waker = Waker::from(Arc::new(PanickingWaker(sender)));
    let mut waiting: Vec<_> = (0..4).map(|_| Box::pin(pool.reserve())).collect();
    for reserve in &mut waiting {
        assert!(reserve.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    // Granted before the shutdown, to a waiter that is polled afterwards.
    drop(held);
    assert_eq!(woken.try_iter().count(), 1);
    let mut shutdown = pin!(pool.shutdown(Shutdown::Drain));
    assert!(shutdown.as_mut().now_or_never().is_none());
    assert_eq!(woken.try_iter().count(), 3);
    let results: Vec<_> = waiting.into_iter().map(|reserve| block_on(reserve).is_ok()).collect();
    assert_eq!(results, [true, false, false, false]);
    gate.open();
    block_on(shutdown);
}
