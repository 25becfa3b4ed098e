//! The limit of one function.

use std::sync::OnceLock;

use crate::limit::Limiter;

/// What `limit = N` puts into a `static`.
pub struct Limit {
    count: usize,
    limiter: OnceLock<Limiter>,
}

impl Limit {
    /// A limit of `count` bodies.
    ///
    /// # Panics
    ///
    /// While it is compiled, with a count of zero.
    #[must_use]
    #[track_caller]
    pub const fn new(count: usize) -> Self {
        assert!(count > 0, "`limit` must be at least 1");
        Self { count, limiter: OnceLock::new() }
    }

    /// The limiter, made at the first call.
    pub fn limiter(&self) -> &Limiter {
        self.limiter.get_or_init(|| Limiter::new(self.count))
    }
}
