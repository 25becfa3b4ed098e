//! Thread names that fit the operating system's limit.

use crate::sync::unmodelled::{AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;

/// The most bytes that Linux keeps of a thread's name.
const MAX_LEN: usize = 15;

/// The pool's name and the worker's slot index; the name is cut if both do not fit.
pub(super) fn thread_name(pool: &str, index: usize) -> String {
    let suffix = format!("-{index}");
    let mut end = pool.len().min(MAX_LEN - suffix.len());
    while !pool.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{suffix}", &pool[..end])
}

/// The name of an unnamed pool: `asyncify1`, `asyncify2` and so on.
pub(crate) fn default_name() -> Arc<str> {
    // Not a modelled atomic: a static outlives every model.
    static POOLS: AtomicUsize = AtomicUsize::new(1);
    // Relaxed: the numbers need only differ.
    format!("asyncify{}", POOLS.fetch_add(1, Relaxed)).into()
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_hold_pool_and_index() {
        assert_eq!(thread_name("io", 3), "io-3");
        assert_eq!(thread_name("a-very-long-pool-name", 16_383), "a-very-lo-16383");
        assert_eq!(thread_name("ääääääää", 7), "ääääää-7");
        assert!(thread_name("ääääääää", 7).len() <= MAX_LEN);
    }

    #[test]
    fn unnamed_pools_differ() {
        assert_ne!(default_name(), default_name());
    }
}
