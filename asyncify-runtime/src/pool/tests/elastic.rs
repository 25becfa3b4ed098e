//! Growing and shrinking.

use super::{Gate, TIMEOUT, block_on, eventually, pool};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::{Duration, Instant};

/// Runs `n` jobs that wait for each other, so that the pool has `n` threads.
fn burst(pool: &super::BlockingPool, n: usize) {
    let barrier = Arc::new(Barrier::new(n));
    let handles: Vec<_> = (0..n)
        .map(|_| {
            let barrier = Arc::clone(&barrier);
            pool.spawn(move || {
                barrier.wait();
            })
        })
        .collect();
    for handle in handles {
        block_on(handle).expect("no panic");
    }
}

#[test]
fn threads_above_the_minimum_exit() {
    let pool = pool(|b| b.min_threads(2).keep_alive(Duration::from_millis(1)));
    burst(&pool, 6);
    eventually(&pool, |m| m.threads == 2 && m.idle == 2);
    burst(&pool, 6);
    eventually(&pool, |m| m.threads == 2 && m.idle == 2);
}

#[test]
fn the_minimum_is_spawned_at_once() {
    let pool = pool(|b| b.min_threads(3));
    assert_eq!(pool.metrics().threads, 3);
}

#[test]
fn a_pool_shrinks_while_single_jobs_run() {
    let pool = pool(|b| b.keep_alive(Duration::from_millis(20)));
    burst(&pool, if cfg!(miri) { 6 } else { 20 });
    // One job after the other keeps one thread alive; the others exit.
    eventually(&pool, |m| {
        block_on(pool.spawn(|| ())).expect("no panic");
        m.threads <= 2
    });
}

#[test]
fn an_idle_worker_helps_while_the_notified_thread_starts_slowly() {
    let (start, hook) = Gate::new();
    let (threads, hook) = (AtomicUsize::new(0), Mutex::new(Some(hook)));
    let pool = pool(|b| {
        b.min_threads(1).max_threads(2).on_thread_start(move || {
            if threads.fetch_add(1, Ordering::SeqCst) == 1 {
                hook.lock().unwrap().take().expect("only one thread is the second")();
            }
        })
    });
    let (gate, job) = Gate::new();
    let first = pool.spawn(job);
    gate.wait_entered();
    // Spawns the second thread, which is notified until its hook is over.
    let second = pool.spawn(|| ());
    start.wait_entered();
    gate.open();
    block_on(first).expect("no panic");
    block_on(second).expect("no panic");
    eventually(&pool, |m| m.idle == 1);
    let (ran, runs) = mpsc::channel();
    let deadline = Instant::now() + TIMEOUT;
    loop {
        let ran = ran.clone();
        drop(pool.spawn(move || _ = ran.send(())));
        if runs.recv_timeout(Duration::from_millis(1)).is_ok() {
            break;
        }
        assert!(Instant::now() < deadline, "the jobs wait for the thread that starts");
    }
    start.open();
}

#[test]
fn hooks_run_once_per_thread_and_their_panics_are_caught() {
    let (started, stopped) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (start, stop) = (Arc::clone(&started), Arc::clone(&stopped));
    let pool = pool(|b| {
        b.on_thread_start(move || {
            start.fetch_add(1, Ordering::SeqCst);
            std::panic::panic_any("deliberate");
        })
        .on_thread_stop(move || {
            stop.fetch_add(1, Ordering::SeqCst);
            std::panic::panic_any("deliberate");
        })
    });
    burst(&pool, 3);
    // From here on, no thread is spawned.
    block_on(pool.wait_idle());
    let threads = pool.metrics().threads;
    block_on(pool.shutdown(crate::pool::Shutdown::Drain));
    assert_eq!(started.load(Ordering::SeqCst), threads);
    assert_eq!(stopped.load(Ordering::SeqCst), threads);
}

#[test]
fn a_raised_limit_lets_queued_jobs_start() {
    let pool = pool(|b| b.max_threads(1));
    let (gates, jobs): (Vec<_>, Vec<_>) = (0..3).map(|_| Gate::new()).unzip();
    let handles: Vec<_> = jobs.into_iter().map(|job| pool.spawn(job)).collect();
    gates[0].wait_entered();
    assert_eq!(pool.metrics().queued, 2);
    pool.set_max_threads(3);
    gates.iter().skip(1).for_each(Gate::wait_entered);
    assert_eq!(pool.metrics().threads, 3);
    gates.into_iter().for_each(Gate::open);
    for handle in handles {
        block_on(handle).expect("no panic");
    }
}

#[test]
fn a_lowered_limit_does_not_wait_for_the_keep_alive() {
    let pool = pool(|b| b.keep_alive(Duration::from_secs(3600)));
    burst(&pool, 4);
    let (gate, job) = Gate::new();
    let busy = pool.spawn(job);
    gate.wait_entered();
    pool.set_max_threads(2);
    eventually(&pool, |m| m.threads == 2);
    pool.set_max_threads(0);
    gate.open();
    block_on(busy).expect("no panic");
    eventually(&pool, |m| m.threads == 1 && m.idle == 1);
    assert_eq!(block_on(pool.spawn(|| 5)).expect("no panic"), 5);
}

#[test]
fn an_idle_pool_stays_idle() {
    let pool = pool(|b| b.keep_alive(Duration::from_secs(3600)));
    burst(&pool, 4);
    let before = eventually(&pool, |m| m.idle == m.threads);
    block_on(pool.wait_idle());
    assert_eq!(pool.metrics(), before);
}
