//! The permit of a running body.

use super::{Limiter, LimiterPermit};

/// A permit that a body holds, and that it can lend to the calls that it awaits.
pub(crate) struct HeldPermit {
    permit: LimiterPermit,
    /// The limiter that a borrowed permit belongs to. `None`: the permit is not borrowed.
    limiter: Option<Limiter>,
    /// A limiter of one, which lends the permit to one call at a time. Made on first use.
    lender: Option<Limiter>,
}

impl HeldPermit {
    /// `limiter` is the limiter that a borrowed permit belongs to.
    pub(crate) fn new(permit: LimiterPermit, limiter: Option<Limiter>) -> Self {
        Self { permit, limiter, lender: None }
    }

    /// Returns the limiter that lends out this permit, if it is a permit of `limiter`.
    pub(crate) fn lend(&mut self, limiter: &Limiter) -> Option<Limiter> {
        let own = self.limiter.as_ref().unwrap_or(self.permit.limiter());
        (own == limiter).then(|| self.lender.get_or_insert_with(|| Limiter::new(1)).clone())
    }
}
