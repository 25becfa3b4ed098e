//! What only some calls bring along.

use std::sync::Arc;

use crate::executor::Executor;
use crate::limit::{Limiter, LimiterPermit};

/// Runs a body with something around it, and must call it once.
pub(crate) type Surround = Box<dyn FnOnce(&mut dyn FnMut()) + Send>;

/// Freed when the body ends, before anybody hears of the end.
#[derive(Default)]
pub(crate) struct Carried {
    /// The permits under which the body runs.
    pub(crate) permits: Vec<Held>,
    /// What the pool's hooks captured, in the order in which they surround the body.
    pub(crate) surrounds: Vec<Surround>,
    /// The executor of the scope around the call.
    pub(crate) scope: Option<Arc<dyn Executor>>,
}

/// A permit that a body holds.
pub(crate) struct Held {
    /// Whose it is. Not the permit's own limiter when that was lent by a call around this one.
    pub(crate) limiter: Limiter,
    #[expect(dead_code, reason = "held until it is dropped")]
    pub(crate) permit: LimiterPermit,
    /// Lends the permit to one call at a time that this body makes and awaits: made at the first
    /// such call.
    pub(crate) lent: Option<Limiter>,
}

impl Carried {
    /// The limiter that lends this body's permit on, where it holds one of `limiter`.
    pub(crate) fn lend(&mut self, limiter: &Limiter) -> Option<Limiter> {
        let held = self.permits.iter_mut().find(|held| held.limiter.same_as(limiter))?;
        Some(held.lent.get_or_insert_with(|| Limiter::new(1)).clone())
    }
}
