//! Every future here, dropped at any point: no leak, no double run, no lost permit.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use asyncify_runtime::{BlockingCall, BlockingPool, Limiter, scope_executor, scope_thread};
use asyncify_tests::{FOREVER, block_on, poll_once};

use crate::at_most;

/// Counts the bodies that live, and those that ran.
#[derive(Clone, Default)]
struct Count {
    alive: Arc<(Mutex<usize>, Condvar)>,
    ran: Arc<AtomicUsize>,
}

struct Alive(Count);

impl Count {
    fn body(&self) -> impl FnOnce() -> Alive + Send + 'static {
        *self.alive.0.lock().unwrap() += 1;
        let alive = Alive(self.clone());
        move || {
            alive.0.ran.fetch_add(1, SeqCst);
            alive
        }
    }

    fn alive(&self) -> usize {
        *self.alive.0.lock().unwrap()
    }

    /// Waits until no body is left.
    fn wait_for_none(&self) {
        let alive = self.alive.0.lock().unwrap();
        let (_alive, wait) =
            self.alive.1.wait_timeout_while(alive, FOREVER, |alive| *alive > 0).unwrap();
        assert!(!wait.timed_out(), "a body never ended");
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        *self.0.alive.0.lock().unwrap() -= 1;
        self.0.alive.1.notify_all();
    }
}

/// A generator that is good enough to vary a test, and repeats itself.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Polls a few times, and drops the future wherever it then stands.
fn abandon<F: Future + Unpin>(mut future: F, random: &mut Random) {
    for _ in 0..random.below(4) {
        if poll_once(&mut future).is_ready() {
            return;
        }
        if random.below(2) == 0 {
            asyncify_tests::moment();
        }
    }
}

fn one_round(random: &mut Random, pool: &BlockingPool, limiter: &Limiter, count: &Count) {
    let call = BlockingCall::new(count.body()).executor(pool);
    let time = Duration::from_micros(random.below(200));
    match random.below(6) {
        0 => abandon(call, random),
        1 => abandon(call.limiter(limiter), random),
        2 => abandon(call.timeout(time), random),
        3 => abandon(call.limiter(limiter).timeout(time), random),
        4 => abandon(call.limiter(limiter).detach(), random),
        _ => {
            let call = BlockingCall::new(count.body()).limiter(limiter);
            abandon(Box::pin(scope_executor(pool.clone(), call)), random);
        }
    }
}

#[test]
fn nothing_is_lost_wherever_a_future_is_dropped() {
    let limiter = Limiter::new(2);
    let pool = at_most(3).queue_capacity(4).build().unwrap();
    let (count, mut random) = (Count::default(), Random(0x9e37_79b9_7f4a_7c15));
    for _ in 0..10_000 {
        one_round(&mut random, &pool, &limiter, &count);
    }
    // All permits come back once the last abandoned body has ended.
    let permits = [limiter.acquire(), limiter.acquire()].map(block_on);
    block_on(pool.wait_idle());
    assert_eq!(count.alive(), 0);
    assert!(count.ran.load(SeqCst) <= 10_000);
    drop(permits);
    assert_eq!((limiter.available(), limiter.waiting()), (2, 0));
}

#[test]
fn thread_scopes_may_be_dropped_anywhere() {
    let (count, mut random) = (Count::default(), Random(7));
    for _ in 0..300 {
        let call = BlockingCall::new(count.body());
        abandon(Box::pin(scope_thread(call)), &mut random);
    }
    count.wait_for_none();
}
