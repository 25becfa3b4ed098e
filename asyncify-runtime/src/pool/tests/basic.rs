//! Spawning, and the metrics.

use super::{BlockingPool, Gate, block_on, eventually, pool};
use futures::FutureExt;
use std::pin::pin;
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Wake, Waker};

#[test]
fn a_job_runs_on_a_thread_named_after_the_pool() {
    let pool = pool(|b| b.name("letters"));
    let name = block_on(pool.spawn(|| std::thread::current().name().map(str::to_owned)));
    assert_eq!(name.expect("no panic").as_deref(), Some("letters-0"));
}

#[test]
fn calls_in_a_row_need_one_thread() {
    let pool = pool(|b| b);
    for k in 0..super::rounds(1000) {
        assert_eq!(block_on(pool.spawn(move || k)).expect("no panic"), k);
        // A call that is submitted after the worker has sent the result and before it searches
        // again may spawn a second one.
        block_on(pool.wait_idle());
        assert_eq!(pool.metrics().threads, 1);
    }
}

#[test]
fn jobs_that_wait_for_each_other_all_get_a_thread() {
    let pool = pool(|b| b.max_threads(8));
    let barrier = Arc::new(Barrier::new(8));
    let handles: Vec<_> = (0..8)
        .map(|_| {
            let barrier = Arc::clone(&barrier);
            pool.spawn(move || barrier.wait().is_leader())
        })
        .collect();
    let leaders = handles.into_iter().map(|h| block_on(h).expect("no panic"));
    assert_eq!(leaders.filter(|leader| *leader).count(), 1);
}

#[test]
fn no_more_threads_than_allowed() {
    let pool = pool(|b| b.max_threads(2));
    let (gates, jobs): (Vec<_>, Vec<_>) = (0..2).map(|_| Gate::new()).unzip();
    let busy: Vec<_> = jobs.into_iter().map(|job| pool.spawn(job)).collect();
    gates.iter().for_each(Gate::wait_entered);
    let queued = pool.spawn(|| 7);
    let metrics = pool.metrics();
    assert_eq!((metrics.threads, metrics.running, metrics.queued, metrics.idle), (2, 2, 1, 0));
    assert!(!queued.is_finished());
    gates.into_iter().for_each(Gate::open);
    assert_eq!(block_on(queued).expect("it runs when a thread is free"), 7);
    for handle in busy {
        block_on(handle).expect("no panic");
    }
    eventually(&pool, |m| m.completed == 3 && m.running == 0 && m.queued == 0 && m.idle == 2);
}

#[test]
fn every_outcome_is_counted() {
    let pool = pool(|b| b.max_threads(1));
    let (gate, job) = Gate::new();
    let first = pool.spawn(job);
    gate.wait_entered();
    let aborted = pool.spawn(|| ());
    aborted.abort();
    let panics = pool.spawn(|| std::panic::panic_any("deliberate"));
    gate.open();
    block_on(first).expect("no panic");
    assert!(block_on(aborted).expect_err("aborted").is_cancelled());
    assert!(block_on(panics).expect_err("panicked").is_panic());
    let metrics = eventually(&pool, |m| m.idle == 1);
    assert_eq!((metrics.completed, metrics.cancelled, metrics.panicked), (1, 1, 1));
}

#[test]
fn wait_idle_waits_for_jobs_that_jobs_submit() {
    let pool = pool(|b| b);
    let done = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    for _ in 0..super::rounds(200) {
        done.store(0, std::sync::atomic::Ordering::SeqCst);
        let (again, inner) = (pool.clone(), Arc::clone(&done));
        drop(pool.spawn(move || {
            drop(again.spawn(move || inner.fetch_add(1, std::sync::atomic::Ordering::SeqCst)));
        }));
        block_on(pool.wait_idle());
        assert_eq!(done.load(std::sync::atomic::Ordering::SeqCst), 1);
    }
}

/// Submits a job when it is woken.
struct SubmittingWaker(BlockingPool, Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Wake for SubmittingWaker {
    fn wake(self: Arc<Self>) {
        let job = self.1.lock().expect("no panic").take();
        drop(job.map(|job| self.0.spawn(job)));
    }
}

#[test]
fn an_idle_moment_completes_all_waiters() {
    let pool = pool(|b| b.max_threads(1));
    let (gate, job) = Gate::new();
    drop(pool.spawn(job));
    gate.wait_entered();
    let (next, next_job) = Gate::new();
    let submitting = Arc::new(SubmittingWaker(pool.clone(), Mutex::new(Some(Box::new(next_job)))));
    let (mut first, mut second) = (pin!(pool.wait_idle()), pin!(pool.wait_idle()));
    let waker = Waker::from(submitting);
    assert!(first.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(second.as_mut().now_or_never().is_none());
    gate.open();
    // The pool was idle, and no longer is.
    next.wait_entered();
    assert!(first.now_or_never().is_some());
    assert!(second.now_or_never().is_some());
    assert!(pool.wait_idle().now_or_never().is_none());
    next.open();
    block_on(pool.wait_idle());
}

#[cfg(feature = "metrics")]
#[test]
fn waiting_and_running_are_timed_if_metrics_are_on() {
    let plain = pool(|b| b);
    block_on(plain.spawn(|| ())).expect("no panic");
    let metrics = plain.metrics();
    assert_eq!((metrics.queue_wait, metrics.run_time), (None, None));

    let timed = pool(|b| b.metrics(true).max_threads(1).queue_capacity(8));
    let (gate, job) = Gate::new();
    let first = timed.spawn(job);
    gate.wait_entered();
    let second = timed.spawn(|| ());
    timed.spawn(|| ()).abort();
    let pause = std::time::Duration::from_millis(5);
    // The time itself is what is measured.
    std::thread::sleep(pause);
    gate.open();
    block_on(first).expect("no panic");
    block_on(second).expect("no panic");
    let metrics = eventually(&timed, |m| m.idle == 1);
    let (wait, run) = (metrics.queue_wait.expect("timed"), metrics.run_time.expect("timed"));
    assert_eq!((wait.count, run.count), (3, 2));
    assert!(wait.max >= pause && run.max >= pause, "{metrics:?}");
}

#[test]
fn a_handle_returns_the_options_of_its_pool() {
    let keep_alive = std::time::Duration::from_secs(7);
    let pool = pool(|b| b.name("io").min_threads(2).max_threads(5).keep_alive(keep_alive));
    assert_eq!((pool.name(), pool.min_threads(), pool.max_threads()), ("io", 2, 5));
    assert_eq!((pool.keep_alive(), pool.queue_capacity()), (keep_alive, None));
    pool.clone().set_max_threads(9);
    assert_eq!(pool.max_threads(), 9);
    pool.set_max_threads(1);
    assert_eq!(pool.max_threads(), 2);
    assert_eq!(super::pool(|b| b.queue_capacity(3)).queue_capacity(), Some(3));
}

#[test]
fn handles_of_one_pool_are_equal() {
    let (pool, other) = (pool(|b| b.name("same")), pool(|b| b.name("same")));
    assert_eq!(*pool, pool.clone());
    assert_ne!(*pool, *other);
}

#[test]
fn invalid_options_are_errors() {
    let message = |b: super::BlockingPoolBuilder| {
        let error = b.build().expect_err("invalid");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        error.to_string()
    };
    let builder = BlockingPool::builder;
    assert!(message(builder().min_threads(0)).contains("min_threads"));
    assert!(message(builder().max_threads(0)).contains("max_threads"));
    assert!(message(builder().min_threads(3).max_threads(2)).contains("above"));
    assert!(message(builder().queue_capacity(0)).contains("queue_capacity"));
    assert!(message(builder().name("a\0b")).contains("NUL"));
}
