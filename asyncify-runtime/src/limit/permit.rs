//! What was acquired.

use std::fmt;

use super::Limiter;

/// A permit of a [`Limiter`]. Dropping it gives it back: to the oldest waiter directly, if there
/// is one.
///
/// It belongs to whoever holds it, not to the task or thread that acquired it: it can be moved into
/// a body that runs elsewhere, and stay taken until that ends.
#[must_use = "dropping a permit gives it back"]
pub struct LimiterPermit(Limiter);

impl LimiterPermit {
    /// Takes a permit if one is spare; gives the handle back otherwise.
    pub(crate) fn take(limiter: Limiter) -> Result<Self, Limiter> {
        if limiter.semaphore().try_acquire() { Ok(Self(limiter)) } else { Err(limiter) }
    }

    /// A permit that was taken from the limiter's semaphore.
    pub(super) fn taken(limiter: Limiter) -> Self {
        Self(limiter)
    }

    /// The limiter that it came from.
    #[must_use]
    pub fn limiter(&self) -> &Limiter {
        &self.0
    }
}

impl Drop for LimiterPermit {
    fn drop(&mut self) {
        self.0.semaphore().release();
    }
}

impl fmt::Debug for LimiterPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LimiterPermit").field(&self.0).finish()
    }
}
