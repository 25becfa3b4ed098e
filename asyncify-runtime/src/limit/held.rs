//! The permit of a body that runs.

use super::{Limiter, LimiterPermit};

/// A permit that a body holds, and may lend on to the calls that it makes and awaits.
pub(crate) struct HeldPermit {
    permit: LimiterPermit,
    /// The limiter that a borrowed permit belongs to; `None`: the permit's own.
    limiter: Option<Limiter>,
    /// Lends the permit to one call at a time: made at the first such call.
    lent: Option<Limiter>,
}

impl HeldPermit {
    /// `limiter` is the one that a permit which was lent by a body belongs to.
    pub(crate) fn new(permit: LimiterPermit, limiter: Option<Limiter>) -> Self {
        Self { permit, limiter, lent: None }
    }

    /// The limiter that lends this permit on, where it is one of `limiter`.
    pub(crate) fn lend(&mut self, limiter: &Limiter) -> Option<Limiter> {
        self.limiter
            .as_ref()
            .unwrap_or(self.permit.limiter())
            .same_as(limiter)
            .then(|| self.lent.get_or_insert_with(|| Limiter::new(1)).clone())
    }
}
