//! Shutdown.

use super::{Gate, block_on, pool};
use crate::pool::shutdown::terminated;
use crate::pool::{BlockingPool, Shutdown, TrySpawnError};
use futures::FutureExt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

#[test]
fn draining_runs_queued_jobs_and_ends_the_threads() {
    let pool = pool(|b| b.max_threads(2));
    let many = super::rounds(400);
    let jobs: Vec<_> = (0..many).map(|k| pool.spawn(move || k)).collect();
    block_on(pool.shutdown(Shutdown::Drain));
    for (k, job) in jobs.into_iter().enumerate() {
        assert_eq!(job.now_or_never().expect("ran before").expect("no panic"), k);
    }
    let metrics = pool.metrics();
    assert_eq!((metrics.threads, metrics.idle, metrics.completed), (0, 0, many as u64));
}

/// A thread-local value that counts its destruction.
struct CountOnDrop(Arc<AtomicUsize>);

impl Drop for CountOnDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn thread_locals_are_destroyed_when_shutdown_returns() {
    use std::cell::RefCell;
    thread_local! {
        static LOCAL: RefCell<Option<CountOnDrop>> = const { RefCell::new(None) };
    }
    for _ in 0..super::rounds(50) {
        let destroyed = Arc::new(AtomicUsize::new(0));
        let hook = Arc::clone(&destroyed);
        let pool = pool(|b| {
            b.min_threads(4)
                .on_thread_start(move || LOCAL.set(Some(CountOnDrop(Arc::clone(&hook)))))
        });
        block_on(pool.shutdown(Shutdown::Drain));
        assert_eq!(destroyed.load(SeqCst), 4);
    }
}

#[test]
fn discarding_cancels_queued_jobs_and_waits_for_running_ones() {
    let pool = pool(|b| b.max_threads(1));
    let (gate, job) = Gate::new();
    let running = pool.spawn(job);
    gate.wait_entered();
    let capture = Arc::new(());
    let held = Arc::clone(&capture);
    let queued = pool.spawn(move || drop(held));
    let mut shutdown = pin!(pool.shutdown(Shutdown::Discard));
    assert!(shutdown.as_mut().now_or_never().is_none());
    assert!(queued.now_or_never().expect("at once").expect_err("discarded").is_cancelled());
    assert_eq!(Arc::strong_count(&capture), 1);
    gate.open();
    block_on(shutdown);
    running.now_or_never().expect("ended").expect("it ran to its end");
    assert_eq!((pool.metrics().threads, pool.metrics().cancelled), (0, 1));
}

#[test]
fn a_closed_pool_rejects() {
    let pool = pool(|b| b);
    block_on(pool.shutdown(Shutdown::Drain));
    assert!(block_on(pool.spawn(|| ())).expect_err("closed").is_rejected());
    assert!(matches!(pool.try_spawn(|| ()), Err(TrySpawnError::ShutDown(_))));
    assert!(block_on(pool.reserve()).is_err());
    assert_eq!(pool.metrics().rejected, 3);
    // Another shutdown succeeds when no thread is left.
    block_on(pool.shutdown(Shutdown::Discard));
    block_on(pool.wait_idle());
    pool.shutdown_timeout(Duration::ZERO).expect("nothing is left");
}

#[test]
fn shutdown_timeout_returns_what_was_left() {
    let pool = pool(|b| b.max_threads(1));
    let (gate, job) = Gate::new();
    drop(pool.spawn(job));
    gate.wait_entered();
    let queued = pool.spawn(|| ());
    let left = pool.shutdown_timeout(Duration::from_millis(1)).expect_err("a job runs");
    assert_eq!((left.discarded, left.running), (1, 1));
    assert!(block_on(queued).expect_err("discarded").is_cancelled());
    gate.open();
    pool.shutdown_timeout(Duration::MAX).expect("the pool terminates");
    assert_eq!(pool.metrics().threads, 0);
}

#[test]
fn dropping_the_last_handle_lets_queued_jobs_finish() {
    let done = Arc::new(AtomicUsize::new(0));
    let pool = BlockingPool::builder().max_threads(2).build().expect("threads can be spawned");
    let shared = Arc::clone(pool.shared());
    let many = super::rounds(200);
    let jobs: Vec<_> = (0..many)
        .map(|_| {
            let done = Arc::clone(&done);
            pool.spawn(move || done.fetch_add(1, SeqCst))
        })
        .collect();
    drop(pool.clone());
    drop(pool);
    for job in jobs {
        block_on(job).expect("it runs");
    }
    assert_eq!(done.load(SeqCst), many);
    block_on(terminated(&shared));
}

#[test]
fn a_job_may_hold_and_drop_the_last_handle() {
    let pool = BlockingPool::builder().build().expect("threads can be spawned");
    let shared = Arc::clone(pool.shared());
    let inner = pool.clone();
    let (gate, job) = Gate::new();
    let done = pool.spawn(move || {
        job();
        drop(inner);
    });
    gate.wait_entered();
    drop(pool);
    gate.open();
    block_on(done).expect("no panic");
    block_on(terminated(&shared));
    assert_eq!(shared.thread_count.load().threads(), 0);
}

#[test]
fn a_job_may_wait_for_the_shutdown_of_its_pool() {
    let pool = pool(|b| b);
    let jobs: Vec<_> = (0..3)
        .map(|_| {
            let pool = pool.clone();
            pool.clone().spawn(move || block_on(pool.shutdown(Shutdown::Drain)))
        })
        .collect();
    block_on(pool.shutdown(Shutdown::Drain));
    for job in jobs {
        // A job that was submitted after another one had closed the pool was rejected.
        if let Err(error) = block_on(job) {
            assert!(error.is_rejected());
        }
    }
}

#[test]
fn concurrent_shutdowns_both_return() {
    for _ in 0..super::rounds(300) {
        let pool = pool(|b| b.max_threads(2));
        let jobs: Vec<_> = (0..4).map(|k| pool.spawn(move || k)).collect();
        std::thread::scope(|scope| {
            scope.spawn(|| block_on(pool.shutdown(Shutdown::Drain)));
            scope.spawn(|| block_on(pool.shutdown(Shutdown::Discard)));
        });
        assert_eq!(pool.metrics().threads, 0);
        for job in jobs {
            let outcome = job.now_or_never().expect("all are resolved");
            assert!(outcome.is_ok() || outcome.is_err_and(|e| e.is_cancelled()));
        }
    }
}

#[test]
fn submission_that_races_shutdown_is_always_resolved() {
    for round in 0..super::rounds(500) {
        let pool = pool(|b| b.max_threads(2).keep_alive(Duration::ZERO));
        let ran = Arc::new(AtomicUsize::new(0));
        let jobs: Vec<_> = std::thread::scope(|scope| {
            let submitters: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        (0..20)
                            .map(|_| {
                                let ran = Arc::clone(&ran);
                                pool.spawn(move || ran.fetch_add(1, SeqCst))
                            })
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            let how = if round % 2 == 0 { Shutdown::Drain } else { Shutdown::Discard };
            block_on(pool.shutdown(how));
            assert_eq!(pool.metrics().threads, 0);
            submitters.into_iter().flat_map(|s| s.join().expect("no panic")).collect()
        });
        let mut completed = 0;
        for job in jobs {
            match job.now_or_never().expect("all jobs are resolved") {
                Ok(_) => completed += 1,
                Err(error) => assert!(error.is_rejected() || error.is_cancelled()),
            }
        }
        assert_eq!(completed, ran.load(SeqCst));
    }
}
