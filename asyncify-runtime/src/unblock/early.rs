//! Permits for a few readers to have large buffers sooner than others.
//!
//! Large reads save a file of some hundred kilobytes most of its jobs. For a reader that is alone,
//! these are most of its time; of many readers, each has its jobs while the others copy, and large
//! buffers would only need memory.

use crate::sync::unmodelled::{AtomicUsize, Ordering::Relaxed};

/// For all readers of the process. With buffers of the default capacity, they hold 2 MiB.
pub(super) static EARLY: Permits = Permits::new(4);

/// A number of permits.
pub(super) struct Permits(AtomicUsize);

impl Permits {
    pub(super) const fn new(count: usize) -> Self {
        Self(AtomicUsize::new(count))
    }

    pub(super) fn try_acquire(&'static self) -> Option<Permit> {
        // Relaxed: a hint, which publishes nothing.
        let acquired = self.0.fetch_update(Relaxed, Relaxed, |count| count.checked_sub(1));
        acquired.is_ok().then(|| Permit(self))
    }
}

/// A permit, which is returned when it is dropped.
pub(super) struct Permit(&'static Permits);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Relaxed);
    }
}
