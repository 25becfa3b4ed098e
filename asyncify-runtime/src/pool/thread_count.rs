//! The thread count: how many threads there are, and how many there may be.
//!
//! One word, so that a thread is counted and checked against the limit in one step. It orders no
//! other memory, hence `Relaxed`; a thread that raises the limit or exits reads the queue behind a
//! [`fence`](super::fences).

use crate::sync::{AtomicU64, Ordering::Relaxed};
use std::fmt;

/// Bits of each of the three numbers: `threads`, `max`, `compensations`, from the lowest up.
const BITS: u32 = 21;
const MASK: u64 = (1 << BITS) - 1;
const THREAD: u64 = 1;
const MAX: u64 = 1 << BITS;
const COMPENSATION: u64 = 1 << (2 * BITS);

/// The most threads of any pool. (In models as many as loom has, or few; under miri few, because
/// there is a slot for each.)
pub(super) const MAX_THREADS: usize = if cfg!(all(test, asyncify_loom)) {
    4
} else if cfg!(all(test, asyncify_shuttle)) {
    8
} else if cfg!(miri) {
    64
} else {
    16_384
};

pub(super) struct ThreadCount(AtomicU64);

/// The thread count and its limit at one moment.
#[derive(Clone, Copy)]
pub(super) struct Counts(u64);

impl ThreadCount {
    pub(super) fn new(max: usize) -> Self {
        Self(AtomicU64::new(clamp(max) * MAX))
    }

    pub(super) fn load(&self) -> Counts {
        Counts(self.0.load(Relaxed))
    }

    /// Adds a thread that is about to be spawned. `false`: the limit is reached.
    #[must_use]
    pub(super) fn add_thread(&self) -> bool {
        self.update(|now| now.is_below_limit().then_some(now.0 + THREAD))
    }

    /// Removes a thread that exits, or could not be spawned.
    pub(super) fn remove_thread(&self) {
        let before = self.0.fetch_sub(THREAD, Relaxed);
        debug_assert!(Counts(before).threads() > 0, "a thread that was never counted");
    }

    /// Removes a thread if there are more than the limit allows.
    #[must_use]
    pub(super) fn remove_excess_thread(&self) -> bool {
        self.update(|now| now.has_excess().then(|| now.0 - THREAD))
    }

    /// Sets the limit, to which compensations are added.
    pub(super) fn set_max(&self, max: usize) {
        let max = clamp(max) * MAX;
        let changed = self.update(|now| Some((now.0 & !(MASK * MAX)) | max));
        debug_assert!(changed);
    }

    /// Raises the limit by one, for as long as a worker waits.
    pub(super) fn add_compensation(&self) {
        let before = self.0.fetch_add(COMPENSATION, Relaxed);
        debug_assert!(Counts(before).compensations() < MASK, "more compensations than threads");
    }

    /// Takes the compensation back.
    pub(super) fn remove_compensation(&self) {
        let before = self.0.fetch_sub(COMPENSATION, Relaxed);
        debug_assert!(Counts(before).compensations() > 0, "a compensation that was never added");
    }

    fn update(&self, next: impl Fn(Counts) -> Option<u64>) -> bool {
        let mut word = self.0.load(Relaxed);
        while let Some(wanted) = next(Counts(word)) {
            match self.0.compare_exchange_weak(word, wanted, Relaxed, Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }
}

impl Counts {
    /// Threads that exist or are being spawned.
    pub(super) fn threads(self) -> usize {
        to_usize(self.0 & MASK)
    }

    /// The limit without compensations.
    pub(super) fn max(self) -> usize {
        to_usize((self.0 / MAX) & MASK)
    }

    fn compensations(self) -> u64 {
        self.0 / COMPENSATION
    }

    fn limit(self) -> usize {
        (self.max() + to_usize(self.compensations())).min(MAX_THREADS)
    }

    pub(super) fn is_below_limit(self) -> bool {
        self.threads() < self.limit()
    }

    /// Whether there are more threads than the limit allows.
    pub(super) fn has_excess(self) -> bool {
        self.threads() > self.limit()
    }
}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counts")
            .field("threads", &self.threads())
            .field("max", &self.max())
            .field("compensations", &self.compensations())
            .finish()
    }
}

fn clamp(max: usize) -> u64 {
    max.min(MAX_THREADS) as u64
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).expect("a number of 22 bits")
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn threads_are_counted_up_to_the_limit() {
        let count = ThreadCount::new(2);
        assert!(count.add_thread() && count.add_thread() && !count.add_thread());
        count.add_compensation();
        assert!(count.add_thread() && !count.add_thread());
        count.remove_compensation();
        assert!(count.load().has_excess());
        assert!(count.remove_excess_thread() && !count.remove_excess_thread());
        assert_eq!(count.load().threads(), 2);
    }

    #[test]
    fn a_new_limit_leaves_threads_and_compensations_alone() {
        let count = ThreadCount::new(4);
        assert!(count.add_thread());
        count.add_compensation();
        count.set_max(1);
        let counts = format!("{:?}", count.load());
        assert_eq!(counts, "Counts { threads: 1, max: 1, compensations: 1 }");
        assert!(count.load().is_below_limit());
    }

    #[test]
    fn no_limit_is_above_the_number_of_slots() {
        let count = ThreadCount::new(usize::MAX);
        count.add_compensation();
        assert_eq!(count.load().limit(), MAX_THREADS);
    }
}
