//! Numbers that are given once.

use std::hash::{BuildHasher, RandomState};

use crate::sync::{AtomicU64, Ordering};

/// The number of a call.
pub(crate) fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    // Relaxed: the numbers need only differ.
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A number that nobody guesses, from the randomness that the standard library seeds its maps with.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(next())
}
