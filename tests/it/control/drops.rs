//! Every future here, dropped at any point: no leak, no double run, no lost permit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use asyncify_runtime::{BlockingCall, BlockingPool, Limiter, scope_executor, scope_thread};
use asyncify_tests::{block_on, poll_once};

use crate::at_most;

/// Counts what lives, and what ran.
#[derive(Clone, Default)]
struct Count {
    alive: Arc<AtomicUsize>,
    ran: Arc<AtomicUsize>,
}

struct Alive(Count);

impl Count {
    fn body(&self) -> impl FnOnce() -> Alive + Send + 'static {
        self.alive.fetch_add(1, SeqCst);
        let alive = Alive(self.clone());
        move || {
            alive.0.ran.fetch_add(1, SeqCst);
            alive
        }
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, SeqCst);
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
            std::thread::yield_now();
        }
    }
}

fn one_round(random: &mut Random, pool: &BlockingPool, limiter: &Limiter, count: &Count) {
    let call = BlockingCall::new(count.body()).executor(pool);
    let time = Duration::from_micros(random.below(200));
    match random.below(6) {
        0 => abandon(call.into_future(), random),
        1 => abandon(call.limiter(limiter).into_future(), random),
        2 => abandon(call.timeout(time).into_future(), random),
        3 => abandon(call.limiter(limiter).timeout(time).into_future(), random),
        4 => abandon(call.limiter(limiter).detach().into_future(), random),
        _ => {
            let call = BlockingCall::new(count.body()).limiter(limiter);
            abandon(Box::pin(scope_executor(pool.clone(), async { call.await })), random);
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
    assert_eq!(count.alive.load(SeqCst), 0);
    assert!(count.ran.load(SeqCst) <= 10_000);
    drop(permits);
    assert_eq!((limiter.available(), limiter.waiting()), (2, 0));
}

#[test]
fn thread_scopes_may_be_dropped_anywhere() {
    let (count, mut random) = (Count::default(), Random(7));
    for _ in 0..300 {
        let call = BlockingCall::new(count.body());
        abandon(Box::pin(scope_thread(async { call.await })), &mut random);
    }
    let start = std::time::Instant::now();
    while count.alive.load(SeqCst) > 0 {
        assert!(start.elapsed() < asyncify_tests::FOREVER, "a body never ended");
        std::thread::yield_now();
    }
}
