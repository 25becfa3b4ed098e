//! One pool cannot delay another, and what a pool tells about itself.

use std::sync::mpsc;
use std::thread;

use asyncify_runtime::{BlockingPool, asyncify};
use asyncify_tests::{FOREVER, Gate, block_on};

use crate::{at_most, join_all, occupy};

#[test]
fn full_pool_does_not_delay_another() {
    let busy = at_most(2).build().unwrap();
    let free = at_most(1).build().unwrap();
    let gate = Gate::new();
    let blocked: Vec<_> = (0..10).map(|_| busy.spawn(gate.body())).collect();
    gate.wait_for(2);
    assert_eq!(block_on(async { asyncify!(|| 1).executor(&free).await }), 1);
    assert_eq!(gate.arrived(), 2);
    gate.open();
    join_all(blocked);
}

#[test]
fn metrics_count_what_happened() {
    let pool = at_most(1).build().unwrap();
    assert_eq!(pool.metrics().completed, 0);
    let gate = Gate::new();
    let running = pool.spawn(gate.body());
    gate.wait_for(1);
    let queued = [pool.spawn(|| ()), pool.spawn(|| ())];
    let metrics = pool.metrics();
    assert_eq!((metrics.threads, metrics.running, metrics.queued), (1, 1, 2));
    gate.open();
    block_on(async {
        running.await.unwrap();
        for handle in queued {
            handle.await.unwrap();
        }
        pool.wait_idle().await;
    });
    let metrics = pool.metrics();
    assert_eq!((metrics.completed, metrics.running, metrics.queued), (3, 0, 0));
    assert_eq!((metrics.cancelled, metrics.panicked, metrics.rejected), (0, 0, 0));
    assert_eq!((metrics.threads, metrics.idle, metrics.spawn_failures), (1, 1, 0));
}

#[test]
fn wait_idle_returns_when_nothing_runs_or_waits() {
    let pool = at_most(2).build().unwrap();
    // At once, when there never was anything.
    block_on(pool.wait_idle());
    let (sender, receiver) = mpsc::channel();
    for number in 0..20 {
        let sender = sender.clone();
        drop(pool.spawn(move || sender.send(number).unwrap()));
    }
    block_on(pool.wait_idle());
    assert_eq!(receiver.try_iter().count(), 20);
}

#[test]
fn wait_idle_waits_for_a_running_body() {
    let pool = at_most(1).build().unwrap();
    let gate = occupy(&pool, 1);
    let mut idle = Box::pin(pool.wait_idle());
    assert!(asyncify_tests::poll_once(&mut idle).is_pending());
    gate.open();
    block_on(idle);
    assert_eq!(pool.metrics().running, 0);
}

#[test]
fn raised_limit_admits_what_waits() {
    let pool = at_most(1).build().unwrap();
    let gate = Gate::new();
    let handles: Vec<_> = (0..3).map(|_| pool.spawn(gate.body())).collect();
    gate.wait_for(1);
    assert_eq!(pool.metrics().running, 1);
    pool.set_max_threads(3);
    gate.wait_for(3);
    gate.open();
    join_all(handles);
}

#[test]
fn clones_are_one_pool() {
    let pool = at_most(1).build().unwrap();
    let clone = pool.clone();
    let first = block_on(pool.spawn(|| thread::current().id())).unwrap();
    let second = block_on(clone.spawn(|| thread::current().id())).unwrap();
    assert_eq!(first, second);
    drop(pool);
    assert_eq!(block_on(clone.spawn(|| 1)).unwrap(), 1);
}

#[test]
fn builder_says_what_is_wrong() {
    let problems = [
        BlockingPool::builder().max_threads(0),
        BlockingPool::builder().min_threads(0),
        BlockingPool::builder().min_threads(3).max_threads(2),
        BlockingPool::builder().queue_capacity(0),
        BlockingPool::builder().name("a\0b"),
    ];
    for builder in problems {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(!error.to_string().is_empty());
    }
}

/// First pairs of jobs that end by each other: a worker that is counted twice would be missed.
#[test]
fn jobs_that_wait_for_later_jobs_all_end() {
    for _ in 0..64 {
        let pool = BlockingPool::builder().build().unwrap();
        let warm = [pool.spawn(|| ()), pool.spawn(|| ())];
        join_all(warm);
        let pair = |pool: &BlockingPool| {
            let (sender, receiver) = mpsc::channel();
            let waits = pool.spawn(move || receiver.recv_timeout(FOREVER).is_ok());
            let sends = pool.spawn(move || sender.send(()).is_ok());
            [waits, sends]
        };
        let handles: Vec<_> = (0..4).flat_map(|_| pair(&pool)).collect();
        assert_eq!(join_all(handles), [true; 8]);
    }
}
