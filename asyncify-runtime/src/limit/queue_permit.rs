//! Permits of a bounded queue, granted first come, first served.

use std::fmt;
use std::future::poll_fn;
#[cfg(feature = "metrics")]
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use super::{Closed, Semaphore};
use crate::util::wait_queue::Waiter;

/// The permits of one bounded queue, which is closed with its pool.
pub(crate) struct QueuePermits(Semaphore);

/// Held by a job while it is in a bounded or timed queue, and released by dropping it.
///
/// (Boxed, so that it takes one pointer in the jobs of all other queues.)
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "held to be dropped"))]
pub(crate) struct QueuePermit(Box<Inner>);

#[cfg_attr(feature = "metrics", derive(Default))]
struct Inner {
    /// The queue that the permit is returned to.
    permits: Option<Arc<QueuePermits>>,
    /// Runs when the job leaves the queue.
    #[cfg(feature = "metrics")]
    on_leave: Option<Box<OnLeave>>,
}

/// Has the auto traits of the public handles that contain a permit.
#[cfg(feature = "metrics")]
type OnLeave = dyn FnOnce() + Send + Sync + UnwindSafe + RefUnwindSafe;

/// Why no permit was acquired.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoQueuePermit {
    Full,
    ShutDown,
}

impl QueuePermits {
    pub(crate) fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self(Semaphore::new(capacity)))
    }

    pub(crate) fn capacity(&self) -> usize {
        self.0.limit()
    }

    pub(crate) fn try_acquire(self: &Arc<Self>) -> Result<QueuePermit, NoQueuePermit> {
        if self.0.try_acquire(1) {
            return Ok(QueuePermit::acquired(self));
        }
        Err(if self.0.is_closed() { NoQueuePermit::ShutDown } else { NoQueuePermit::Full })
    }

    /// Waits for a permit, first come, first served. Returns `None` if the pool was shut down.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future removes it from the wait queue. If it has already been granted a permit,
    /// the permit goes to the next waiter.
    pub(crate) async fn acquire(self: &Arc<Self>) -> Option<QueuePermit> {
        let mut wait = Wait { permits: &self.0, waiter: None };
        let acquired =
            poll_fn(|cx| wait.permits.poll_acquire(1, &mut wait.waiter, cx.waker())).await;
        match acquired {
            Ok(()) => Some(QueuePermit::acquired(self)),
            Err(Closed) => None,
        }
    }

    /// Closes the queue: all current and later waiters are rejected.
    pub(crate) fn close(&self) {
        self.0.close();
    }
}

/// A wait for a permit, which is cancelled when it is dropped.
struct Wait<'a> {
    permits: &'a Semaphore,
    waiter: Option<Waiter>,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(waiter) = &self.waiter {
            self.permits.cancel(waiter, 1);
        }
    }
}

impl QueuePermit {
    fn acquired(permits: &Arc<QueuePermits>) -> Self {
        Self(Box::new(Inner {
            permits: Some(Arc::clone(permits)),
            #[cfg(feature = "metrics")]
            on_leave: None,
        }))
    }

    /// Adds a callback that runs when the job leaves the queue.
    #[cfg(feature = "metrics")]
    pub(crate) fn on_leave(
        permit: Option<Self>,
        f: impl FnOnce() + Send + Sync + UnwindSafe + RefUnwindSafe + 'static,
    ) -> Self {
        let mut permit = permit.unwrap_or_else(|| Self(Box::default()));
        permit.0.on_leave = Some(Box::new(f));
        permit
    }
}

#[cfg(all(test, asyncify_loom))]
impl QueuePermit {
    /// Returns a permit, and a function that counts how often it was released.
    pub(crate) fn for_model() -> (Self, impl Fn() -> usize) {
        let permits = QueuePermits::new(0);
        (Self::acquired(&permits), move || permits.0.available())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        #[cfg(feature = "metrics")]
        if let Some(on_leave) = self.on_leave.take() {
            on_leave();
        }
        if let Some(permits) = &self.permits {
            permits.0.release(1);
        }
    }
}

impl fmt::Debug for QueuePermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueuePermit").finish_non_exhaustive()
    }
}
