//! Failures around the jobs: panics, and threads that cannot be spawned.

use super::{Gate, TestPool, block_on, eventually, pool};
use crate::pool::BlockingPool;
use crate::task::JoinHandle;
use std::sync::{Arc, Barrier};

#[test]
fn a_panicking_job_leaves_the_worker_alive() {
    let pool = pool(|b| b.max_threads(1));
    let thread = block_on(pool.spawn(|| std::thread::current().id())).expect("no panic");
    let payload = block_on(pool.spawn(|| std::panic::panic_any(42_u8))).expect_err("it panicked");
    assert_eq!(payload.into_panic().downcast_ref(), Some(&42_u8));
    assert_eq!(block_on(pool.spawn(|| std::thread::current().id())).expect("no panic"), thread);
}

/// Panics when dropped.
struct PanicOnDrop;

impl Drop for PanicOnDrop {
    fn drop(&mut self) {
        std::panic::panic_any("deliberate");
    }
}

#[test]
fn captures_that_panic_when_dropped_leave_the_worker_alive() {
    let pool = pool(|b| b.max_threads(1));
    let value = PanicOnDrop;
    let result = block_on(pool.spawn(move || {
        let _captured = &value;
    }));
    let payload = result.expect_err("the drop is part of the call").into_panic();
    assert_eq!(payload.downcast_ref(), Some(&"deliberate"));
    let (gate, job) = Gate::new();
    drop(pool.spawn(job));
    gate.wait_entered();
    // The result is dropped on the worker, as its handle is dropped.
    drop(pool.spawn(|| PanicOnDrop));
    gate.open();
    assert_eq!(block_on(pool.spawn(|| 1)).expect("the worker lives"), 1);
}

#[test]
fn discarded_captures_that_panic_do_not_stop_the_shutdown() {
    let pool = pool(|b| b.max_threads(1));
    let (gate, job) = Gate::new();
    drop(pool.spawn(job));
    gate.wait_entered();
    let handles: Vec<_> = (0..3)
        .map(|_| {
            let value = PanicOnDrop;
            pool.spawn(move || drop(value))
        })
        .collect();
    let error = pool.shutdown_timeout(std::time::Duration::ZERO).expect_err("a job runs");
    assert_eq!((error.discarded, error.running), (3, 1));
    for handle in handles {
        block_on(handle).expect_err("discarded");
    }
    gate.open();
    block_on(pool.shutdown(crate::pool::Shutdown::Drain));
}

fn faulty(nth: usize) -> TestPool {
    let pool = pool(|b| b);
    pool.shared().host.faults.fail_every(nth);
    pool
}

#[test]
fn threads_that_cannot_be_spawned_leave_the_jobs_to_existing_threads() {
    let pool = faulty(1);
    let (gate, job) = Gate::new();
    drop(pool.spawn(job));
    gate.wait_entered();
    let queued: Vec<_> = (0..10).map(|k| pool.spawn(move || k)).collect();
    let metrics = pool.metrics();
    assert_eq!((metrics.threads, metrics.queued), (1, 10));
    assert!(metrics.spawn_failures >= 1);
    gate.open();
    for (k, handle) in queued.into_iter().enumerate() {
        assert_eq!(block_on(handle).expect("the first thread runs it"), k);
    }
}

#[test]
fn a_failure_that_takes_longer_than_the_backoff_is_not_repeated() {
    let pool = faulty(1);
    pool.shared().host.faults.fail_slowly();
    let (gate, job) = Gate::new();
    drop(pool.spawn(job));
    gate.wait_entered();
    let queued = pool.spawn(|| 1);
    assert_eq!(pool.metrics().spawn_failures, 1);
    gate.open();
    assert_eq!(block_on(queued).expect("no panic"), 1);
}

#[test]
fn spawning_that_fails_at_times_loses_no_job() {
    for nth in [2, 3, 7] {
        let pool = faulty(nth);
        for _ in 0..super::rounds(50) {
            let jobs: Vec<_> = (0..16).map(|k| pool.spawn(move || k)).collect();
            for (k, job) in jobs.into_iter().enumerate() {
                assert_eq!(block_on(job).expect("no panic"), k);
            }
        }
        // After the backoff, another job spawns the missing threads.
        let barrier = Arc::new(Barrier::new(4));
        let meeting: Vec<_> = (0..4)
            .map(|_| {
                let barrier = Arc::clone(&barrier);
                pool.spawn(move || barrier.wait().is_leader())
            })
            .collect();
        eventually(&pool, |_| {
            drop(pool.spawn(|| ()));
            meeting.iter().all(JoinHandle::is_finished)
        });
    }
}

#[test]
fn a_pool_without_its_first_threads_is_an_error() {
    let failing = BlockingPool::builder().min_threads(3);
    let result = failing.build_with(|threads| threads.faults.fail_every(3));
    assert_eq!(result.expect_err("no third thread").kind(), std::io::ErrorKind::WouldBlock);
    let result = BlockingPool::builder().build_with(|threads| threads.faults.fail_every(1));
    assert_eq!(result.expect_err("no first thread").kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn a_thread_is_spawned_when_a_job_follows_the_backoff() {
    let pool = pool(|b| b);
    pool.shared().host.faults.fail_every(1);
    let (gate, job) = Gate::new();
    drop(pool.spawn(job));
    gate.wait_entered();
    drop(pool.spawn(|| ()));
    eventually(&pool, |m| m.spawn_failures > 0);
    pool.shared().host.faults.fail_every(0);
    eventually(&pool, |_| {
        drop(pool.spawn(|| ()));
        pool.metrics().threads >= 2
    });
    eventually(&pool, |m| m.queued == 0);
    gate.open();
}

/// In a child process with large stacks and little address space. (Miri cannot start a process.)
#[cfg(all(target_os = "linux", not(miri)))]
#[test]
fn threads_that_the_system_refuses() {
    const INSIDE: &str = "ASYNCIFY_TEST_LITTLE_MEMORY";
    if std::env::var_os(INSIDE).is_some() {
        return without_memory();
    }
    let test = "pool::tests::failure::threads_that_the_system_refuses";
    let output = std::process::Command::new("sh")
        .args(["-c", r#"ulimit -v 1500000 && exec "$0" --exact "$1" --nocapture"#])
        .arg(std::env::current_exe().expect("this test has a path"))
        .args([test])
        .env(INSIDE, "1")
        .output()
        .expect("there is a shell");
    assert!(output.status.success(), "{output:?}");
}

#[cfg(all(target_os = "linux", not(miri)))]
fn without_memory() {
    let pool = pool(|b| b.stack_size(400 << 20));
    let (gate, job) = Gate::new();
    let first = pool.spawn(job);
    gate.wait_entered();
    // Each job occupies a thread until the system refuses to spawn another.
    let (gates, jobs): (Vec<_>, Vec<_>) = (0..8).map(|_| Gate::new()).unzip();
    let queued: Vec<_> = jobs.into_iter().map(|job| pool.spawn(job)).collect();
    let metrics = eventually(&pool, |m| m.spawn_failures > 0);
    assert!((1..8).contains(&metrics.threads), "{metrics:?}");
    gate.open();
    // The jobs that run already, and those that are still queued.
    for gate in &gates {
        gate.open.send(()).expect("the job exists");
    }
    for job in queued.into_iter().chain([first]) {
        block_on(job).expect("it runs on an existing thread");
    }
}
