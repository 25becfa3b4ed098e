//! The census: how many threads there are, and how many there may be.
//!
//! One word, so that a thread is counted and checked against the limit in one step. It orders
//! nothing but itself, hence `Relaxed`; who makes room looks at the queue behind a
//! [`fence`](super::order).

use crate::sync::{AtomicU64, Ordering::Relaxed};
use std::fmt;

/// Bits of each of the three numbers: `threads`, `max`, `lent`, from the lowest up.
const BITS: u32 = 21;
const MASK: u64 = (1 << BITS) - 1;
const THREAD: u64 = 1;
const MAX: u64 = 1 << BITS;
const LENT: u64 = 1 << (2 * BITS);

/// More threads than this no pool may have. (In models as many as loom has, or few; under miri few,
/// because the roster has a place for each.)
pub(super) const MOST_THREADS: usize = if cfg!(all(test, asyncify_loom)) {
    4
} else if cfg!(all(test, asyncify_shuttle)) {
    8
} else if cfg!(miri) {
    64
} else {
    16_384
};

pub(super) struct Census(AtomicU64);

/// The census at one moment.
#[derive(Clone, Copy)]
pub(super) struct Count(u64);

impl Census {
    pub(super) fn new(max: usize) -> Self {
        Self(AtomicU64::new(clamp(max) * MAX))
    }

    pub(super) fn count(&self) -> Count {
        Count(self.0.load(Relaxed))
    }

    /// Counts a thread that is about to be made. `false`: there are as many as there may be.
    #[must_use]
    pub(super) fn add_thread(&self) -> bool {
        self.update(|now| now.has_room().then_some(now.0 + THREAD))
    }

    /// A thread ends, or could not be made.
    pub(super) fn remove_thread(&self) {
        let before = self.0.fetch_sub(THREAD, Relaxed);
        debug_assert!(Count(before).threads() > 0, "a thread that was never counted");
    }

    /// Takes out a thread if there are more than there may be.
    #[must_use]
    pub(super) fn remove_surplus_thread(&self) -> bool {
        self.update(|now| now.has_surplus().then(|| now.0 - THREAD))
    }

    /// Sets the limit.
    pub(super) fn set_max(&self, max: usize) {
        let max = clamp(max) * MAX;
        let changed = self.update(|now| Some((now.0 & !(MASK * MAX)) | max));
        debug_assert!(changed);
    }

    /// Raises the limit by one, for as long as a worker waits.
    pub(super) fn lend(&self) {
        let before = self.0.fetch_add(LENT, Relaxed);
        debug_assert!(Count(before).lent() < MASK, "more loans than threads");
    }

    /// Takes the loan back.
    pub(super) fn take_back(&self) {
        let before = self.0.fetch_sub(LENT, Relaxed);
        debug_assert!(Count(before).lent() > 0, "a loan that was never made");
    }

    fn update(&self, next: impl Fn(Count) -> Option<u64>) -> bool {
        let mut word = self.0.load(Relaxed);
        while let Some(wanted) = next(Count(word)) {
            match self.0.compare_exchange_weak(word, wanted, Relaxed, Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }
}

impl Count {
    /// Threads that exist or are being made.
    pub(super) fn threads(self) -> usize {
        to_usize(self.0 & MASK)
    }

    fn max(self) -> u64 {
        (self.0 / MAX) & MASK
    }

    fn lent(self) -> u64 {
        self.0 / LENT
    }

    fn limit(self) -> usize {
        to_usize(self.max() + self.lent()).min(MOST_THREADS)
    }

    pub(super) fn has_room(self) -> bool {
        self.threads() < self.limit()
    }

    pub(super) fn has_surplus(self) -> bool {
        self.threads() > self.limit()
    }
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Count")
            .field("threads", &self.threads())
            .field("max", &self.max())
            .field("lent", &self.lent())
            .finish()
    }
}

fn clamp(max: usize) -> u64 {
    max.min(MOST_THREADS) as u64
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).expect("a number of 22 bits")
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn threads_are_counted_up_to_the_limit() {
        let census = Census::new(2);
        assert!(census.add_thread() && census.add_thread() && !census.add_thread());
        census.lend();
        assert!(census.add_thread() && !census.add_thread());
        census.take_back();
        assert!(census.count().has_surplus());
        assert!(census.remove_surplus_thread() && !census.remove_surplus_thread());
        assert_eq!(census.count().threads(), 2);
    }

    #[test]
    fn a_new_limit_leaves_threads_and_loans_alone() {
        let census = Census::new(4);
        assert!(census.add_thread());
        census.lend();
        census.set_max(1);
        assert_eq!(format!("{:?}", census.count()), "Count { threads: 1, max: 1, lent: 1 }");
        assert!(census.count().has_room());
    }

    #[test]
    fn no_limit_is_above_what_the_roster_holds() {
        let census = Census::new(usize::MAX);
        census.lend();
        assert_eq!(census.count().limit(), MOST_THREADS);
    }
}
