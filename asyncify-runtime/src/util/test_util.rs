//! What the randomised tests of groups, maps, streams and readers share: futures are dropped at any
//! point, and afterwards nothing is left.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::executor::block_on;

use crate::BlockingPool;
use crate::sync::{AtomicUsize, Ordering};

/// How many runs a randomised test makes; fewer under miri, which takes a thousand times as long.
pub(crate) fn rounds() -> u64 {
    if cfg!(miri) { 10 } else { 10_000 }
}

/// Runs `round` with many seeds, and sees that afterwards nothing is left of what it counted; then it
/// runs the checks that the round returned. Some rounds settle together, as settling waits for threads.
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

/// So much work, or little under miri.
pub(crate) fn scaled(work: usize) -> usize {
    if cfg!(miri) { work.div_ceil(200) } else { work }
}

/// xorshift64*: random enough, and the same every time.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        // Any state but 0 will do; neighbouring seeds shall not begin alike.
        Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let word = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(word).expect("31 bits") % bound
    }

    /// A moment for other threads, of random length, none included. It does not yield: beside other
    /// programs a yield takes as long as their time slices.
    pub(crate) fn pause(&mut self) {
        let longest = if self.below(4) == 0 { 2_000 } else { 50 };
        for _ in 0..self.below(longest) {
            std::hint::spin_loop();
        }
    }
}

/// Counts the values of a test that live.
#[derive(Clone, Default)]
pub(crate) struct DropCounter(Arc<AtomicUsize>);

/// A value that is counted while it lives, whatever else it is.
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

/// Polls `poll` up to `polls` times, as a task that is woken for no reason does, with pauses of
/// random length. `None`: it was not ready in as many.
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

/// Waits until the pool has come to rest.
pub(crate) fn settle(pool: &BlockingPool) {
    let mut idle = pin!(pool.wait_idle());
    block_on(poll_fn(|cx| idle.as_mut().poll(cx)));
}

/// A pool of a few threads that stay.
pub(crate) fn pool() -> BlockingPool {
    BlockingPool::builder().min_threads(2).max_threads(3).build().expect("threads for the test")
}

/// A value whose destructor panics, without words.
pub(crate) struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        std::panic::resume_unwind(Box::new("on purpose"));
    }
}

/// A waker that panics when it is woken.
pub(crate) fn waker_that_panics_when_woken() -> Waker {
    struct Panics;

    impl std::task::Wake for Panics {
        fn wake(self: Arc<Self>) {
            std::panic::resume_unwind(Box::new("on purpose"));
        }
    }

    Arc::new(Panics).into()
}

/// A waker that panics when its last clone is dropped.
pub(crate) fn waker_that_panics_when_dropped() -> Waker {
    struct Panics(Bomb);

    impl std::task::Wake for Panics {
        fn wake(self: Arc<Self>) {
            // The clone that is woken is not the last.
            std::mem::forget(self);
        }
    }

    Arc::new(Panics(Bomb)).into()
}

/// A pool of one thread whose queue has one place; the thread is held and the place is taken until the
/// other half is dropped.
pub(crate) fn full_pool() -> (BlockingPool, std::sync::mpsc::Sender<()>) {
    let pool = BlockingPool::builder().max_threads(1).queue_capacity(1).build();
    let pool = pool.expect("threads for the test");
    let hold = fill(&pool);
    (pool, hold)
}

/// Holds the one thread of `pool` and takes the one place of its queue, until the sender is dropped.
pub(crate) fn fill(pool: &BlockingPool) -> std::sync::mpsc::Sender<()> {
    let (hold, until) = std::sync::mpsc::channel::<()>();
    let (runs, is_running) = std::sync::mpsc::channel();
    let first = pool.try_spawn(move || {
        runs.send(()).expect("the test waits for it");
        _ = until.recv();
    });
    drop(first.expect("the pool is idle"));
    is_running.recv().expect("the pool has a thread");
    drop(pool.try_spawn(|| ()).expect("there is one place"));
    hold
}
