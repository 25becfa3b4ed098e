//! The bell that tells a parked body of its cancellation.

use std::task::Waker;

use crate::sync::Mutex;

/// Rings at most one waker: that of the thread which drives an async body.
#[derive(Default)]
pub(super) struct Signal {
    /// Held only to exchange the waker; never while one is woken, cloned or dropped.
    waker: Mutex<Option<Waker>>,
}

impl Signal {
    /// Asks to be woken by the next `notify`. The caller looks at the cancellation afterwards.
    pub(super) fn register(&self, waker: &Waker) {
        let waker = Some(waker.clone());
        let before = std::mem::replace(&mut *self.lock(), waker);
        drop(before);
    }

    pub(super) fn notify(&self) {
        let waker = self.lock().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> crate::sync::MutexGuard<'_, Option<Waker>> {
        self.waker.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
