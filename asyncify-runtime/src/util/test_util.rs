//! Utilities of the randomized tests of groups, maps, streams and readers, which drop futures at
//! any point and check that every value is dropped.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use futures::executor::block_on;

use crate::BlockingPool;
use crate::sync::{AtomicUsize, Ordering};

/// The number of rounds of a randomized test: fewer under miri, which is a thousand times slower.
pub(crate) fn rounds() -> u64 {
    if cfg!(miri) { 10 } else { 10_000 }
}

/// Runs `round` with many seeds. After each round, checks that all of its counted values were
/// dropped, and runs the check that the round returned. `settle` waits for the threads, once for
/// several rounds.
pub(crate) fn each_round<C: FnOnce()>(
    settle: impl Fn(),
    mut round: impl FnMut(u64, &mut Random, &DropCounter) -> C,
) {
    let mut unsettled = Vec::new();
    for seed in 0..rounds() {
        let drops = DropCounter::default();
        let check = round(seed, &mut Random::new(seed), &drops);
        unsettled.push((seed, drops, check));
        if unsettled.len() == 20 || seed + 1 == rounds() {
            settle();
            for (seed, drops, check) in unsettled.drain(..) {
                assert_eq!(drops.living(), 0, "seed {seed}");
                check();
            }
        }
    }
}

/// Returns `work`, scaled down under miri.
pub(crate) fn scaled(work: usize) -> usize {
    if cfg!(miri) { work.div_ceil(200) } else { work }
}

/// A deterministic random number generator: xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        // Any state except 0 works; neighbouring seeds should not start with similar numbers.
        Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let word = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(word).expect("31 bits") % bound
    }

    /// Spins for a random time, possibly none. It does not yield: on a busy machine a yield takes
    /// as long as the time slices of other programs.
    pub(crate) fn pause(&mut self) {
        let longest = if self.below(4) == 0 { 2_000 } else { 50 };
        for _ in 0..self.below(longest) {
            std::hint::spin_loop();
        }
    }
}

/// Counts the wake-ups of its wakers.
#[derive(Clone, Default)]
pub(crate) struct WakeCounter(Arc<AtomicUsize>);

impl WakeCounter {
    pub(crate) fn waker(&self) -> Waker {
        Arc::new(self.clone()).into()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for WakeCounter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Counts the values of a test that are alive.
#[derive(Clone, Default)]
pub(crate) struct DropCounter(Arc<AtomicUsize>);

/// A value that is counted until it is dropped.
pub(crate) struct Counted<T> {
    pub(crate) value: T,
    drops: DropCounter,
}

impl DropCounter {
    pub(crate) fn count<T>(&self, value: T) -> Counted<T> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted { value, drops: self.clone() }
    }

    pub(crate) fn living(&self) -> usize {
        // Acquire: pairs with the Release of the drops that were counted.
        self.0.load(Ordering::Acquire)
    }
}

impl<T> Drop for Counted<T> {
    fn drop(&mut self) {
        self.drops.0.fetch_sub(1, Ordering::Release);
    }
}

/// Polls up to `polls` times with random pauses, without waiting for a wake-up. Returns `None` if
/// the future is still pending.
pub(crate) fn poll_some<R>(
    random: &mut Random,
    polls: usize,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<R>,
) -> Option<R> {
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..polls {
        if let Poll::Ready(result) = poll(&mut cx) {
            return Some(result);
        }
        random.pause();
    }
    None
}

/// Waits until the pool is idle.
pub(crate) fn settle(pool: &BlockingPool) {
    let mut idle = pin!(pool.wait_idle());
    block_on(poll_fn(|cx| idle.as_mut().poll(cx)));
}

/// Creates a pool with a few permanent threads.
pub(crate) fn pool() -> BlockingPool {
    BlockingPool::builder().min_threads(2).max_threads(3).build().expect("threads for the test")
}

/// A value whose destructor panics, without output of the panic hook.
pub(crate) struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        std::panic::resume_unwind(Box::new("on purpose"));
    }
}

/// A waker that panics when it is woken.
pub(crate) fn waker_that_panics_when_woken() -> Waker {
    struct Panics;

    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            std::panic::resume_unwind(Box::new("on purpose"));
        }
    }

    Arc::new(Panics).into()
}

/// A waker that panics when its last clone is dropped.
pub(crate) fn waker_that_panics_when_dropped() -> Waker {
    struct Panics(Bomb);

    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            // Forgotten, so that the wake-up does not drop the last clone.
            std::mem::forget(self);
        }
    }

    Arc::new(Panics(Bomb)).into()
}

/// Creates a pool with one thread and room for one job in its queue. The thread is blocked and the
/// queue is full until the sender is dropped.
pub(crate) fn full_pool() -> (BlockingPool, std::sync::mpsc::Sender<()>) {
    let pool = BlockingPool::builder().max_threads(1).queue_capacity(1).build();
    let pool = pool.expect("threads for the test");
    let hold = fill(&pool);
    (pool, hold)
}

/// Blocks the only thread of `pool` and fills the only slot of its queue, until the sender is
/// dropped.
pub(crate) fn fill(pool: &BlockingPool) -> std::sync::mpsc::Sender<()> {
    let (hold, until) = std::sync::mpsc::channel::<()>();
    let (runs, is_running) = std::sync::mpsc::channel();
    let first = pool.try_spawn(move || {
        runs.send(()).expect("the test waits for it");
        _ = until.recv();
    });
    drop(first.expect("the pool is idle"));
    is_running.recv().expect("the pool has a thread");
    drop(pool.try_spawn(|| ()).expect("the queue has room for one job"));
    hold
}
