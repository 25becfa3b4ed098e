//! A permit of a limiter.

use std::fmt;

use super::Limiter;

/// A permit of a [`Limiter`]. Dropping the permit releases it; the oldest waiter receives it, if
/// there is one.
///
/// A permit is not bound to the task or thread that acquired it. It can be moved into a body, to be
/// held until the body ends.
#[must_use = "dropping a permit releases it"]
pub struct LimiterPermit(Limiter);

impl LimiterPermit {
    /// Takes a permit if one is available, or returns the limiter.
    pub(crate) fn take(limiter: Limiter) -> Result<Self, Limiter> {
        if limiter.semaphore().try_acquire() { Ok(Self(limiter)) } else { Err(limiter) }
    }

    /// Wraps a permit that was taken from the limiter's semaphore.
    pub(super) fn taken(limiter: Limiter) -> Self {
        Self(limiter)
    }

    /// Returns the limiter of this permit.
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
