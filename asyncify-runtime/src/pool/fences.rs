//! The fences of the protocol, by name.
//!
//! At each site a thread writes one variable and then reads another, while a thread on the other
//! side does the same the other way round. With a sequentially consistent fence between the write
//! and the read on *both* sides, at least one of the two reads the other's write. README.md has the
//! pairs; the models leave out one fence at a time and require that the lost wake-up is found.

use crate::sync::{Ordering, fence};

/// Where a fence stands: after the write, before the read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Site {
    /// Wrote the queue (a push); reads the wake state.
    Submit,
    /// Wrote the wake state (search ended with a job in hand); reads the queue.
    HandOver,
    /// Wrote an idle bit, then the wake state (search ended without a job); reads the queue.
    GoIdle,
    /// Wrote the wake state (no worker could be woken or spawned); reads the queue, the idle bits
    /// and the thread count.
    CancelNotification,
    /// Wrote the thread count (one thread less, or a higher limit); reads the queue.
    Capacity,
    /// Wrote the wake state (closed); reads the idle bits and the thread count.
    Close,
    /// Writes nothing; keeps three reads in their order: the idle bits, the queue, the wake state.
    IdleCheck,
}

/// All fences. Takes no space.
#[cfg(not(all(test, any(asyncify_loom, asyncify_shuttle))))]
pub(super) struct Fences(());

#[cfg(not(all(test, any(asyncify_loom, asyncify_shuttle))))]
impl Fences {
    pub(super) fn all() -> Self {
        Self(())
    }

    #[inline]
    #[allow(clippy::unused_self, reason = "a model's fences depend on it")]
    pub(super) fn at(&self, _site: Site) {
        fence(Ordering::SeqCst);
    }
}

/// The fences, one of which a model may leave out.
#[cfg(all(test, any(asyncify_loom, asyncify_shuttle)))]
pub(super) struct Fences {
    pub(super) omitted: Option<Site>,
}

#[cfg(all(test, any(asyncify_loom, asyncify_shuttle)))]
impl Fences {
    pub(super) fn all() -> Self {
        Self { omitted: None }
    }

    pub(super) fn at(&self, site: Site) {
        if self.omitted != Some(site) {
            fence(Ordering::SeqCst);
        }
    }
}
