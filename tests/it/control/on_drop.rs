//! What the drop of a call does: waits for its body, or starts a call that was never polled.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use asyncify_runtime::{
    BlockingCall, Error, Executor, Job, Limiter, Phase, Rejected, asyncify, block_on,
    cancellation_token,
};
use asyncify_tests::{FOREVER, Gate, in_time, moment, poll_once};

use crate::{at_most, current_thread, multi_thread, occupy, one_thread};

/// Counts bodies that have ended.
#[derive(Clone, Default)]
struct Ended(Arc<AtomicUsize>);

impl Ended {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// A body that runs until its call is cancelled, and for a while after that.
    fn until_cancelled(&self, starts: mpsc::Sender<()>) -> impl FnOnce() + Send + use<> {
        let ended = self.clone();
        move || {
            starts.send(()).unwrap();
            block_on(cancellation_token().cancelled());
            (0..1_000).for_each(|_| moment());
            ended.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn body(&self) -> impl FnOnce() + Send + use<> {
        let ended = self.clone();
        move || _ = ended.0.fetch_add(1, Ordering::SeqCst)
    }
}

#[test]
fn joined_call_has_ended_when_its_future_is_dropped() {
    fn drop_running() {
        let (ended, (starts, started)) = (Ended::default(), mpsc::channel());
        let mut call = BlockingCall::new(ended.until_cancelled(starts)).join_on_drop();
        assert!(poll_once(&mut call).is_pending());
        started.recv().unwrap();
        drop(call);
        assert_eq!(ended.count(), 1);
    }
    in_time("joined_call_has_ended_when_its_future_is_dropped", || {
        drop_running();
        current_thread().block_on(async { drop_running() });
        multi_thread().block_on(async { tokio::spawn(async { drop_running() }).await.unwrap() });
    });
}

#[test]
fn joined_call_that_has_not_started_never_runs() {
    let (pool, limiter, ended) = (one_thread(), Limiter::new(1), Ended::default());
    let gate = occupy(&pool, 1);
    let mut queued = BlockingCall::new(ended.body()).executor(&pool).join_on_drop();
    assert!(poll_once(&mut queued).is_pending());
    drop(queued);
    let permit = limiter.try_acquire();
    let mut waiting = BlockingCall::new(ended.body()).limiter(&limiter).join_on_drop();
    assert!(poll_once(&mut waiting).is_pending());
    drop(waiting);
    drop(BlockingCall::new(ended.body()).join_on_drop());
    drop(permit);
    gate.open();
    block_on(pool.wait_idle());
    assert_eq!(ended.count(), 0);
}

#[test]
fn joined_call_that_is_detached_has_run_when_its_future_is_dropped() {
    let (pool, ended) = (one_thread(), Ended::default());
    let gate = occupy(&pool, 1);
    let mut call = BlockingCall::new(ended.body()).executor(&pool).detach().join_on_drop();
    assert!(poll_once(&mut call).is_pending());
    thread::scope(|scope| {
        let dropper = scope.spawn(|| {
            drop(call);
            ended.count()
        });
        gate.open();
        assert_eq!(dropper.join().unwrap(), 1);
    });
}

#[test]
fn joined_async_body_is_dropped_at_its_await() {
    let (ended, (starts, started)) = (Ended::default(), mpsc::channel());
    let held = ended.clone();
    let mut call = BlockingCall::from_async::<(), _, _>(move || async move {
        starts.send(()).unwrap();
        std::future::pending::<()>().await;
        drop(held);
    })
    .join_on_drop();
    assert!(poll_once(&mut call).is_pending());
    started.recv().unwrap();
    drop(call);
    assert_eq!(Arc::strong_count(&ended.0), 1);
}

#[test]
fn joined_call_may_be_dropped_by_its_own_body() {
    in_time("joined_call_may_be_dropped_by_its_own_body", || {
        let (own, (ends, ended)) = (Arc::new(Mutex::new(None)), mpsc::channel());
        let (gate, slot) = (Gate::new(), own.clone());
        let pass = gate.body();
        let mut call = BlockingCall::new(move || {
            pass();
            drop(slot.lock().unwrap().take());
            ends.send(()).unwrap();
        })
        .join_on_drop();
        assert!(poll_once(&mut call).is_pending());
        *own.lock().unwrap() = Some(call);
        gate.open();
        ended.recv().unwrap();
    });
}

#[test]
fn joined_call_that_panics_is_dropped_quietly() {
    struct PanicsOnDrop;
    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            panic!("expected");
        }
    }
    let (starts, started) = mpsc::channel();
    let mut call = asyncify!(|| {
        starts.send(()).unwrap();
        block_on(cancellation_token().cancelled());
        PanicsOnDrop
    })
    .join_on_drop();
    assert!(poll_once(&mut call).is_pending());
    started.recv().unwrap();
    drop(call);
}

#[test]
fn joined_call_that_times_out_has_ended() {
    let (ended, (starts, started)) = (Ended::default(), mpsc::channel());
    let soon = Duration::from_millis(20);
    let call = BlockingCall::new(ended.until_cancelled(starts)).join_on_drop().timeout(soon);
    let result = block_on(call);
    match started.try_recv() {
        Ok(()) => {
            assert_eq!(result, Err(Error::TimedOut { phase: Phase::Run, after: soon }));
            assert_eq!(ended.count(), 1);
        }
        // The machine is so busy that no thread took the job.
        Err(_) => assert_eq!(result, Err(Error::TimedOut { phase: Phase::Queue, after: soon })),
    }
}

#[test]
fn call_that_is_spawned_on_drop_runs_without_a_poll() {
    let (sender, receiver) = mpsc::channel();
    let body = || {
        let sender = sender.clone();
        move || sender.send(()).unwrap()
    };
    let wait = || receiver.recv_timeout(FOREVER).unwrap();
    drop(BlockingCall::new(body()).spawn_on_drop());
    wait();
    drop(BlockingCall::new(body()).spawn_on_drop().timeout(FOREVER));
    wait();
    let zero = BlockingCall::new(body()).spawn_on_drop().timeout(Duration::ZERO);
    assert!(matches!(block_on(zero), Err(Error::TimedOut { phase: Phase::Queue, .. })));
    wait();
    // The permit, and the room in the queue, become free after the drop.
    let limiter = Limiter::new(1);
    let permit = limiter.try_acquire().unwrap();
    drop(BlockingCall::new(body()).limiter(&limiter).spawn_on_drop());
    drop(permit);
    wait();
    let pool = at_most(1).queue_capacity(1).build().unwrap();
    let gate = occupy(&pool, 1);
    drop(pool.spawn(|| ()));
    drop(BlockingCall::new(body()).executor(&pool).spawn_on_drop());
    gate.open();
    wait();
}

#[test]
fn call_that_is_spawned_on_drop_runs_once() {
    let (pool, ended) = (one_thread(), Ended::default());
    let call = || BlockingCall::new(ended.body()).executor(&pool).spawn_on_drop();
    block_on(call());
    assert_eq!(ended.count(), 1);
    let gate = occupy(&pool, 1);
    let mut polled = call();
    assert!(poll_once(&mut polled).is_pending());
    drop(polled);
    drop(call().spawn());
    gate.open();
    block_on(pool.wait_idle());
    assert_eq!(ended.count(), 3);
}

#[test]
fn executor_that_panics_does_not_panic_in_a_drop() {
    struct Panics;
    impl Executor for Panics {
        fn execute(&self, _: Job) -> Result<(), Rejected> {
            panic!("expected");
        }
    }
    let ended = Ended::default();
    drop(BlockingCall::new(ended.body()).executor(&Panics).spawn_on_drop());
    assert_eq!((ended.count(), Arc::strong_count(&ended.0)), (0, 1));
}
