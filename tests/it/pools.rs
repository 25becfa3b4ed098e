//! One pool cannot delay another, and what a pool tells about itself.

use std::sync::mpsc;
use std::thread;

use asyncify_runtime::{BlockingPool, asyncify};
use asyncify_tests::{FOREVER, Gate, block_on};

use crate::{at_most, join_all};

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
fn clones_are_one_pool() {
    let pool = at_most(1).build().unwrap();
    let clone = pool.clone();
    let first = block_on(pool.spawn(|| thread::current().id())).unwrap();
    let second = block_on(clone.spawn(|| thread::current().id())).unwrap();
    assert_eq!(first, second);
    drop(pool);
    assert_eq!(block_on(clone.spawn(|| 1)).unwrap(), 1);
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
