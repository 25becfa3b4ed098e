//! The limit of a single function.

use std::sync::OnceLock;

use crate::limit::Limiter;

/// The `static` of a function with `limit = N`.
pub struct Limit {
    count: usize,
    limiter: OnceLock<Limiter>,
}

impl Limit {
    /// Creates a limit of `count` concurrent bodies.
    ///
    /// # Panics
    ///
    /// Panics, at compile time, if `count` is zero.
    #[must_use]
    #[track_caller]
    pub const fn new(count: usize) -> Self {
        assert!(count > 0, "`limit` must be at least 1");
        Self { count, limiter: OnceLock::new() }
    }

    /// Returns the limiter, which is created by the first call.
    pub fn limiter(&self) -> &Limiter {
        self.limiter.get_or_init(|| Limiter::new(self.count))
    }
}
