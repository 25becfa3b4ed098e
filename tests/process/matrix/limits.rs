//! Limits of workers and of the queue.

use std::time::{Duration, Instant};

use asyncify_process_tests::tasks::{self, crash};
use asyncify_runtime::Error;
use asyncify_runtime::process::{OomHint, Pool, ProcessError};
use futures::future::{FutureExt, join_all};

use crate::{Pipe, cases, finish, one};

const MIB: u64 = 1 << 20;

cases![
    an_allocation_over_the_limit_fails_one_call,
    threads_fit_under_the_limit,
    a_grown_worker_is_replaced,
    a_worker_is_replaced_after_its_calls,
    every_call_has_its_own_worker,
    a_full_queue_rejects,
    metrics_have_queue_and_run_times,
];

async fn an_allocation_over_the_limit_fails_one_call() {
    let pool = one().memory_limit(64 * MIB).build().unwrap();
    assert_eq!(tasks::allocate(&pool, 1 << 20).await, Ok(1 << 20));
    let crash = crash(tasks::allocate(&pool, 1 << 30).await.unwrap_err());
    assert_eq!((crash.signal, crash.oom), (Some(6), OomHint::LimitLikely));
    assert_eq!(tasks::allocate(&pool, 1 << 20).await, Ok(1 << 20));
    finish(pool).await;
}

/// Their stacks are reserved, not used: a limit on the address space would refuse them.
async fn threads_fit_under_the_limit() {
    let pool = one().memory_limit(512 * MIB).build().unwrap();
    assert_eq!(tasks::threads(&pool, 64).await, Ok(64));
    finish(pool).await;
}

async fn a_grown_worker_is_replaced() {
    let pool = one().recycle_rss(100 * MIB).build().unwrap();
    let first = tasks::leak(&pool, 1 << 20).await.unwrap();
    assert_eq!(tasks::leak(&pool, 200 << 20).await, Ok(first));
    assert_ne!(tasks::pid(&pool).await, Ok(first));
    assert_eq!(finish(pool).await.ended.rss, 1);
}

async fn a_worker_is_replaced_after_its_calls() {
    let pool = one().max_tasks(3).jitter(0.0).build().unwrap();
    let mut workers = Vec::new();
    for _ in 0..9 {
        workers.push(tasks::pid(&pool).await.unwrap());
    }
    assert!(workers.chunks(3).all(|three| three.iter().all(|worker| *worker == three[0])));
    workers.dedup();
    assert_eq!(workers.len(), 3);
    let metrics = finish(pool).await;
    assert_eq!((metrics.spawned, metrics.ended.max_tasks), (3, 3));
}

/// Replaces workers while calls are queued, which deadlocks other pools.
async fn every_call_has_its_own_worker() {
    let pool = Pool::builder().name("fresh").max_workers(2).max_tasks(1).build().unwrap();
    let callers = (0..8_u64).map(|caller| {
        let pool = pool.clone();
        tokio::spawn(async move {
            for n in 0..10 {
                assert_eq!(tasks::add(&pool, caller, n).await, Ok(caller + n));
            }
        })
    });
    for caller in join_all(callers).await {
        caller.unwrap();
    }
    let metrics = finish(pool).await;
    assert_eq!((metrics.spawned, metrics.ended.max_tasks), (80, 80));
}

async fn a_full_queue_rejects() {
    let pool = one().queue_capacity(1).build().unwrap();
    let begun = Pipe::new("full");
    let mut running = Box::pin(tasks::spin_and_tell(&pool, begun.path()));
    assert!(running.as_mut().now_or_never().is_none());
    begun.wait();
    let mut queued = Box::pin(tasks::add(&pool, 1, 1));
    assert!(queued.as_mut().now_or_never().is_none());
    let refused = tasks::add(&pool, 2, 2).await;
    assert_eq!(refused, Err(Error::Rejected));
    assert!(!ProcessError::InWorker.is_retryable());
    drop(running);
    assert_eq!(queued.await, Ok(2));
    assert_eq!(finish(pool).await.calls.rejected, 1);
}

async fn metrics_have_queue_and_run_times() {
    let pool = one().build().unwrap();
    assert_eq!(pool.metrics().run_time.count, 0);
    let began = Instant::now();
    join_all((0..5).map(|_| tasks::sleep(&pool, 20))).await;
    let all = began.elapsed();
    let metrics = finish(pool).await;
    let (waits, runs) = (metrics.queue_wait, metrics.run_time);
    assert_eq!((waits.count, runs.count), (5, 5));
    let short = Duration::from_millis(20);
    assert!(runs.p50 >= short && runs.max <= all * 101 / 100, "{runs:?} of {all:?}");
    // The third has waited for two.
    assert!(waits.p50 >= 2 * short && waits.max >= 4 * short, "{waits:?}");
    assert!(metrics.total_run_time >= 5 * short);
}
