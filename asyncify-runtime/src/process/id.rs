//! Unique and random numbers.

use std::hash::{BuildHasher, RandomState};

use crate::sync::{AtomicU64, Ordering};

/// The number of a call.
pub(crate) fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    // Relaxed: the numbers need only differ.
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A random number, from the seed of the standard library's hash maps.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(next())
}
