//! What only some calls bring along.

use std::sync::Arc;

use super::Options;
use crate::executor::Executor;
use crate::limit::{Limiter, LimiterPermit};

/// Runs a body with something around it, and must call it once.
pub(crate) type Surround = Box<dyn FnOnce(&mut dyn FnMut()) + Send>;

/// Freed when the body ends, before anybody hears of the end.
#[derive(Default)]
pub(crate) struct Carried {
    /// What the call was told, until it starts.
    pub(crate) options: Options,
    /// The permit under which the body runs.
    pub(crate) permit: Option<Held>,
    /// What the pool's hooks captured, in the order in which they surround the body.
    pub(crate) surrounds: Vec<Surround>,
    /// The executor of the scope around the call.
    pub(crate) scope: Option<Arc<dyn Executor>>,
}

/// A permit that a body holds.
pub(crate) struct Held {
    pub(crate) permit: LimiterPermit,
    /// Whose permit it stands for, where a call around this one lent its own.
    pub(crate) stands_for: Option<Limiter>,
    /// Lends the permit to one call at a time that this body makes and awaits: made at the first
    /// such call.
    pub(crate) lent: Option<Limiter>,
}

impl Carried {
    /// The limiter that lends this body's permit on, where it holds one of `limiter`.
    pub(crate) fn lend(&mut self, limiter: &Limiter) -> Option<Limiter> {
        let Held { permit, stands_for, lent } = self.permit.as_mut()?;
        stands_for
            .as_ref()
            .unwrap_or(permit.limiter())
            .same_as(limiter)
            .then(|| lent.get_or_insert_with(|| Limiter::new(1)).clone())
    }
}
