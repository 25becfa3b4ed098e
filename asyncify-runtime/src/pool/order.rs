//! The fences of the protocol, by name.
//!
//! At each site one word is written, then another is looked at, while somebody on the other side
//! does the same the other way round. With a sequentially consistent fence between the write and
//! the look on *both* sides, at least one of the two sees the other's write. README.md has the
//! pairs; the models leave out one fence after the other and require that the loss is found.

use crate::sync::{Ordering, fence};

/// Where a fence stands: after the write, before the look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Site {
    /// Wrote the queue (a push); looks at the token.
    Submit,
    /// Wrote the token (search ended with a job in hand); looks at the queue.
    PassOn,
    /// Wrote an idle mark, then the token (search ended with nothing); looks at the queue.
    Rest,
    /// Wrote the token (nobody could be called); looks at the queue, the marks and the census.
    HangUp,
    /// Wrote the census (a thread less, or room for one more); looks at the queue.
    Room,
    /// Wrote the token (closed); looks at the marks and the census.
    Close,
    /// Writes nothing; keeps three looks in their order: at the marks, the queue, the token.
    Quiet,
}

/// The fences, all there. Takes no space.
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
