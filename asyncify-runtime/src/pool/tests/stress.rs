//! Workloads that made other pools hang.

use super::{block_on, eventually, pool, rounds};
use std::sync::mpsc;
use std::sync::{Arc, Barrier};
use std::time::Duration;

/// tokio-rs/tokio#8056: a worker that counted as idle for two jobs. The first job waits for the
/// second, which no worker ran.
#[test]
fn dependent_pairs_on_fresh_pools() {
    for _ in 0..rounds(512) {
        let pool = pool(|b| b);
        // Two threads that go idle.
        let (a, b) = (pool.spawn(|| ()), pool.spawn(|| ()));
        block_on(a).expect("no panic");
        block_on(b).expect("no panic");
        let mut waiting = Vec::new();
        for _ in 0..2 {
            // Two jobs that wait for a message, while more pairs run.
            let (senders, receivers): (Vec<_>, Vec<_>) = (0..2).map(|_| mpsc::channel()).unzip();
            for receiver in receivers {
                waiting.push(pool.spawn(move || receiver.recv().expect("a message")));
            }
            for _ in 0..4 {
                let (send, receive) = mpsc::channel();
                let first = pool.spawn(move || receive.recv().expect("the second one runs"));
                let second = pool.spawn(move || send.send(()).expect("the first one waits"));
                block_on(second).expect("no panic");
                block_on(first).expect("no panic");
            }
            for sender in senders {
                sender.send(()).expect("it waits");
            }
        }
        for handle in waiting {
            block_on(handle).expect("no panic");
        }
    }
}

#[test]
fn a_barrier_on_fresh_pools() {
    for _ in 0..rounds(512) {
        let pool = pool(|b| b);
        let barrier = Arc::new(Barrier::new(8));
        let jobs: Vec<_> = (0..8)
            .map(|_| {
                let barrier = Arc::clone(&barrier);
                pool.spawn(move || barrier.wait().is_leader())
            })
            .collect();
        for job in jobs {
            block_on(job).expect("no panic");
        }
    }
}

#[test]
fn threads_that_exit_while_jobs_arrive() {
    for keep_alive in [Duration::ZERO, Duration::from_micros(50), Duration::from_millis(1)] {
        let pool = pool(|b| b.keep_alive(keep_alive).max_threads(4));
        for k in 0..rounds(2000) {
            let (send, receive) = mpsc::channel();
            let first = pool.spawn(move || receive.recv().expect("the second one runs"));
            let second = pool.spawn(move || send.send(k).expect("the first one waits"));
            assert_eq!(block_on(first).expect("no panic"), k);
            block_on(second).expect("no panic");
        }
        block_on(pool.wait_idle());
        eventually(&pool, |m| m.threads == 1);
    }
}

#[test]
fn many_submitters_lose_nothing() {
    let pool = pool(|b| b.max_threads(8).keep_alive(Duration::from_millis(1)));
    let each = rounds(20_000);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let jobs: Vec<_> = (0..each).map(|k| pool.spawn(move || k)).collect();
                for (k, job) in jobs.into_iter().enumerate() {
                    assert_eq!(block_on(job).expect("no panic"), k);
                }
            });
        }
    });
    eventually(&pool, |m| m.completed == 4 * each as u64 && m.running == 0);
}
