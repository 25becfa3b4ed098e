//! What becomes of a call whose caller goes away, at each moment of its life.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use asyncify_runtime::{
    BlockingCall, BlockingPool, Error, check_cancelled, is_cancelled, sync_to_async,
};
use asyncify_tests::{FOREVER, Gate, Probe, block_on, poll_once, probe};

use crate::{at_most, current_thread, occupy, one_thread};

#[test]
fn dropped_while_queued_never_runs_and_frees_its_captures_at_once() {
    #[sync_to_async(executor = pool)]
    fn run(pool: &BlockingPool, ran: Arc<AtomicBool>, _held: Probe) {
        let _ = pool;
        ran.store(true, Ordering::Relaxed);
    }

    let pool = one_thread();
    let gate = occupy(&pool, 1);
    let ran = Arc::new(AtomicBool::new(false));
    let (held, fate) = probe();
    let mut call = Box::pin(run(&pool, Arc::clone(&ran), held));
    assert_eq!(poll_once(&mut call), Poll::Pending);
    assert_eq!((fate.now(), pool.metrics().queued), (None, 1));

    drop(call);
    assert_eq!(fate.now(), Some(thread::current().id()), "freed before the drop returns");
    gate.open();
    block_on(pool.wait_idle());
    assert!(!ran.load(Ordering::Relaxed));
    let metrics = pool.metrics();
    assert_eq!((metrics.cancelled, metrics.completed, metrics.queued), (1, 1, 0));
}

#[test]
fn dropped_while_running_returns_at_once_and_the_result_dies_on_the_worker() {
    #[sync_to_async]
    fn run(gate: Gate, result: Probe, worker: mpsc::Sender<thread::ThreadId>) -> Probe {
        worker.send(thread::current().id()).unwrap();
        gate.pass();
        result
    }

    let gate = Gate::new();
    let (result, fate) = probe();
    let (sender, receiver) = mpsc::channel();
    let mut call = Box::pin(run(gate.clone(), result, sender));
    assert!(poll_once(&mut call).is_pending());
    gate.wait_for(1);
    drop(call);
    assert_eq!(fate.now(), None, "the body goes on");
    gate.open();
    assert_eq!(fate.wait(), receiver.recv().unwrap());
}

#[test]
fn thread_of_an_abandoned_body_stays_taken_until_it_ends() {
    #[sync_to_async(executor = pool)]
    fn run(pool: &BlockingPool, gate: Gate, now: Arc<AtomicUsize>, peak: Arc<AtomicUsize>) {
        let _ = pool;
        peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        gate.pass();
        now.fetch_sub(1, Ordering::SeqCst);
    }

    let pool = at_most(2).build().unwrap();
    let (now, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let first = Gate::new();
    for arrivals in 1..=2 {
        let mut call = Box::pin(run(&pool, first.clone(), Arc::clone(&now), Arc::clone(&peak)));
        assert!(poll_once(&mut call).is_pending());
        first.wait_for(arrivals);
    }
    // Both callers are gone, both bodies run; nothing else may begin.
    let second = Gate::new();
    second.open();
    let mut waiting: Vec<_> = (0..8)
        .map(|_| Box::pin(run(&pool, second.clone(), Arc::clone(&now), Arc::clone(&peak))))
        .collect();
    assert!(waiting.iter_mut().all(|call| poll_once(call).is_pending()));
    assert_eq!((second.arrived(), pool.metrics().running), (0, 2));
    first.open();
    block_on(futures::future::join_all(waiting));
    assert_eq!(peak.load(Ordering::SeqCst), 2);
}

#[test]
fn dropped_before_its_first_poll_reserves_nothing() {
    let pool = BlockingPool::builder().max_threads(1).queue_capacity(1).build().unwrap();
    let gate = occupy(&pool, 1);
    let (held, fate) = probe();
    drop(BlockingCall::new(move || drop(held)).executor(&pool));
    assert_eq!(fate.now(), Some(thread::current().id()));
    assert_eq!(pool.metrics().queued, 0);
    gate.open();
}

#[test]
fn body_sees_that_its_caller_is_gone() {
    #[sync_to_async]
    fn run(before: Gate, after: Gate, seen: mpsc::Sender<(bool, bool, Result<(), Error>)>) {
        let at_first = is_cancelled();
        before.pass();
        after.pass();
        seen.send((at_first, is_cancelled(), check_cancelled())).unwrap();
    }

    let (before, after) = (Gate::new(), Gate::new());
    let (sender, receiver) = mpsc::channel();
    let mut call = Box::pin(run(before.clone(), after.clone(), sender));
    assert!(poll_once(&mut call).is_pending());
    before.wait_for(1);
    before.open();
    drop(call);
    after.open();
    assert_eq!(receiver.recv_timeout(FOREVER).unwrap(), (false, true, Err(Error::Cancelled)));
}

#[test]
fn body_that_is_awaited_to_its_end_is_never_cancelled() {
    #[sync_to_async]
    fn run() -> Result<bool, Error> {
        check_cancelled()?;
        Ok(is_cancelled())
    }
    assert_eq!(block_on(run()), Ok(false));
}

#[test]
fn nobody_is_cancelled_outside_of_a_call() {
    assert!(!is_cancelled());
    assert_eq!(check_cancelled(), Ok(()));
}

#[test]
fn next_call_on_the_thread_does_not_inherit_the_cancellation() {
    let pool = one_thread();
    let gate = Gate::new();
    let body = gate.clone();
    let handle = pool.spawn(move || {
        body.pass();
        is_cancelled()
    });
    gate.wait_for(1);
    handle.abort();
    gate.open();
    assert!(block_on(handle).unwrap(), "a body that ran to its end keeps its result");
    assert!(!block_on(pool.spawn(is_cancelled)).unwrap());
}

#[test]
fn detached_call_runs_to_its_end_without_its_caller() {
    let pool = one_thread();
    let gate = occupy(&pool, 1);
    let (sender, receiver) = mpsc::channel();
    let mut call = Box::pin(
        BlockingCall::new(move || sender.send(is_cancelled()).unwrap()).detach().executor(&pool),
    );
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    gate.open();
    assert!(!receiver.recv_timeout(FOREVER).expect("it runs"), "and is not cancelled");
}

#[test]
fn detached_call_that_is_never_polled_never_runs() {
    let (held, fate) = probe();
    drop(BlockingCall::new(move || drop(held)).detach());
    assert_eq!(fate.now(), Some(thread::current().id()));
}

#[test]
fn dropping_a_handle_detaches() {
    let pool = one_thread();
    let gate = occupy(&pool, 1);
    let (sender, receiver) = mpsc::channel();
    drop(pool.spawn(move || sender.send(is_cancelled()).unwrap()));
    gate.open();
    assert!(!receiver.recv_timeout(FOREVER).expect("it runs"));
}

#[test]
fn abort_after_the_end_leaves_the_result() {
    let pool = one_thread();
    let handle = pool.spawn(|| 7);
    block_on(pool.wait_idle());
    assert!(handle.is_finished());
    handle.abort();
    assert_eq!(block_on(handle).unwrap(), 7);
}

#[test]
fn handle_that_gave_its_result_says_so() {
    let mut handle = Box::pin(one_thread().spawn(|| 7));
    assert_eq!(block_on(handle.as_mut()).unwrap(), 7);
    assert!(handle.is_finished());
    let again = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(handle)));
    assert!(again.is_err());
}

#[test]
fn completing_into_a_stopped_runtime_is_silent() {
    #[sync_to_async(executor = pool)]
    fn run(pool: &BlockingPool, gate: Gate, result: Probe) -> Probe {
        let _ = pool;
        gate.pass();
        result
    }

    let pool = one_thread();
    let gate = Gate::new();
    let (result, fate) = probe();
    let runtime = current_thread();
    let (task_pool, task_gate) = (pool.clone(), gate.clone());
    drop(runtime.spawn(async move { drop(run(&task_pool, task_gate, result).await) }));
    runtime.block_on(tokio::task::yield_now());
    gate.wait_for(1);
    drop(runtime);
    gate.open();
    assert_ne!(fate.wait(), thread::current().id());
    assert_eq!(block_on(pool.spawn(|| 1)).unwrap(), 1);
    assert_eq!(pool.metrics().panicked, 0);
}

/// The gate opens only after the timeout has fired.
#[test]
fn timeout_around_a_running_call_fires_on_time() {
    #[sync_to_async]
    fn run(gate: Gate) {
        gate.pass();
    }

    let gate = Gate::new();
    current_thread().block_on(async {
        let mut call = Box::pin(run(gate.clone()));
        assert!(poll_once(&mut call).is_pending());
        gate.wait_for(1);
        assert!(tokio::time::timeout(Duration::from_millis(5), call).await.is_err());
    });
    gate.open();
}

#[test]
fn select_drops_the_call_that_lost() {
    let pool = one_thread();
    let gate = occupy(&pool, 1);
    let (held, fate) = probe();
    current_thread().block_on(async {
        tokio::select! {
            biased;
            () = BlockingCall::new(move || drop(held)).executor(&pool) => {
                unreachable!("the pool is busy")
            }
            () = tokio::task::yield_now() => {}
        }
    });
    assert_eq!(fate.now(), Some(thread::current().id()));
    gate.open();
}

#[test]
fn aborted_async_body_stops_at_its_next_await() {
    #[sync_to_async]
    async fn run(gate: Gate, held: Probe) {
        gate.pass();
        std::future::ready(()).await;
        std::future::pending::<()>().await;
        drop(held);
    }

    let gate = Gate::new();
    let (held, fate) = probe();
    let mut call = Box::pin(run(gate.clone(), held));
    assert!(poll_once(&mut call).is_pending());
    gate.wait_for(1);
    drop(call);
    assert_eq!(fate.now(), None, "what blocks goes on");
    gate.open();
    assert_ne!(fate.wait(), thread::current().id());
}
