//! Thread names that survive the operating system.

use crate::sync::unmodelled::{AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;

/// What Linux keeps of a thread's name.
const LONGEST: usize = 15;

/// The pool's name and the worker's number, the name cut where both would not fit.
pub(super) fn thread_name(pool: &str, number: usize) -> String {
    let number = format!("-{number}");
    let mut end = pool.len().min(LONGEST - number.len());
    while !pool.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{number}", &pool[..end])
}

/// A name for a pool that was given none: `asyncify1`, `asyncify2`...
pub(super) fn default_name() -> Arc<str> {
    // Not the door's atomic: a static outlives every model.
    static POOLS: AtomicUsize = AtomicUsize::new(1);
    // Relaxed: the numbers need only differ.
    format!("asyncify{}", POOLS.fetch_add(1, Relaxed)).into()
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_tell_pool_and_number() {
        assert_eq!(thread_name("io", 3), "io-3");
        assert_eq!(thread_name("a-very-long-pool-name", 16_383), "a-very-lo-16383");
        assert_eq!(thread_name("ääääääää", 7), "ääääää-7");
        assert!(thread_name("ääääääää", 7).len() <= LONGEST);
    }

    #[test]
    fn unnamed_pools_differ() {
        assert_ne!(default_name(), default_name());
    }
}
