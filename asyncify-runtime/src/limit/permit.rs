//! Permits of a limiter.

use std::fmt;

use super::Limiter;

/// A permit of a [`Limiter`], or several that were acquired together. Dropping it releases them;
/// the oldest waiters receive them, if there are any.
///
/// A permit is not bound to the task or thread that acquired it. It can be moved into a body, to be
/// held until the body ends.
#[must_use = "dropping a permit releases it"]
pub struct LimiterPermit {
    limiter: Limiter,
    count: usize,
}

impl LimiterPermit {
    /// Takes a permit if one is available, or returns the limiter.
    pub(crate) fn take(limiter: Limiter) -> Result<Self, Limiter> {
        if limiter.semaphore().try_acquire(1) { Ok(Self::taken(limiter, 1)) } else { Err(limiter) }
    }

    /// Wraps permits that were taken from the limiter's semaphore.
    pub(super) fn taken(limiter: Limiter, count: usize) -> Self {
        Self { limiter, count }
    }

    /// Returns the limiter of this permit.
    #[must_use]
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// Returns the number of permits.
    #[must_use]
    pub fn num_permits(&self) -> usize {
        self.count
    }
}

impl Drop for LimiterPermit {
    fn drop(&mut self) {
        self.limiter.semaphore().release(self.count);
    }
}

impl fmt::Debug for LimiterPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimiterPermit")
            .field("limiter", &self.limiter)
            .field("num_permits", &self.count)
            .finish()
    }
}
