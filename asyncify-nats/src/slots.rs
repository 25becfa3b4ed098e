//! How many tasks of a worker are leased, so that no more are pulled than it can run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// The slots of a worker.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    used: AtomicUsize,
    freed: Notify,
}

impl Slots {
    /// Takes a slot. More may be taken than there are: the tasks then wait in this program.
    pub(crate) fn take(self: &Arc<Self>) -> Slot {
        // Relaxed: one task takes slots, and `freed` orders it after those that free them.
        self.used.fetch_add(1, Ordering::Relaxed);
        Slot(self.clone())
    }

    pub(crate) fn used(&self) -> usize {
        // Relaxed: as in `take`.
        self.used.load(Ordering::Relaxed)
    }

    /// Waits until a slot has been freed since the last call. Cancel safe.
    pub(crate) async fn freed(&self) {
        self.freed.notified().await;
    }
}

/// A used slot. Its drop frees it.
#[derive(Debug)]
pub(crate) struct Slot(Arc<Slots>);

impl Drop for Slot {
    fn drop(&mut self) {
        // Relaxed: `notify_one` publishes it.
        self.0.used.fetch_sub(1, Ordering::Relaxed);
        self.0.freed.notify_one();
    }
}
