//! Permits of a bounded queue, handed out first come, first served.

use std::fmt;
use std::future::poll_fn;
#[cfg(feature = "metrics")]
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use super::{Closed, Semaphore};
use crate::util::wait_queue::Waiter;

/// The permits of one bounded queue, which is closed with its pool.
pub(crate) struct QueuePermits(Semaphore);

/// What a job holds while it is in a queue that is bounded or timed; released when this is dropped.
///
/// (Boxed, so that the jobs of all other queues carry no more than a pointer for it.)
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "held to be dropped"))]
pub(crate) struct QueuePermit(Box<Held>);

#[cfg_attr(feature = "metrics", derive(Default))]
struct Held {
    /// Where the permit goes back to.
    permits: Option<Arc<QueuePermits>>,
    /// To be run when the job leaves the queue.
    #[cfg(feature = "metrics")]
    on_leave: Option<Box<OnLeave>>,
}

/// Has the auto traits that public handles promise.
#[cfg(feature = "metrics")]
type OnLeave = dyn FnOnce() + Send + Sync + UnwindSafe + RefUnwindSafe;

/// Why there is no permit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoQueuePermit {
    Full,
    ShutDown,
}

impl QueuePermits {
    pub(crate) fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self(Semaphore::new(capacity)))
    }

    pub(crate) fn try_acquire(self: &Arc<Self>) -> Result<QueuePermit, NoQueuePermit> {
        if self.0.try_acquire() {
            return Ok(QueuePermit::acquired(self));
        }
        Err(if self.0.is_closed() { NoQueuePermit::ShutDown } else { NoQueuePermit::Full })
    }

    /// Waits for a permit, in order. `None`: the pool was shut down.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it loses its turn, and a permit that it was given goes to the next waiter.
    pub(crate) async fn acquire(self: &Arc<Self>) -> Option<QueuePermit> {
        let mut wait = Wait { permits: &self.0, waiter: None };
        let acquired = poll_fn(|cx| wait.permits.poll_acquire(&mut wait.waiter, cx.waker())).await;
        match acquired {
            Ok(()) => Some(QueuePermit::acquired(self)),
            Err(Closed) => None,
        }
    }

    /// Refuses everybody, now and later.
    pub(crate) fn close(&self) {
        self.0.close();
    }
}

/// A wait for a permit, given up when it is dropped.
struct Wait<'a> {
    permits: &'a Semaphore,
    waiter: Option<Waiter>,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(waiter) = &self.waiter {
            self.permits.cancel(waiter);
        }
    }
}

impl QueuePermit {
    fn acquired(permits: &Arc<QueuePermits>) -> Self {
        Self(Box::new(Held {
            permits: Some(Arc::clone(permits)),
            #[cfg(feature = "metrics")]
            on_leave: None,
        }))
    }

    /// Has `f` run when the job leaves the queue.
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
    /// A permit, and how often it was released.
    pub(crate) fn for_model() -> (Self, impl Fn() -> usize) {
        let permits = QueuePermits::new(0);
        (Self::acquired(&permits), move || permits.0.spare())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        #[cfg(feature = "metrics")]
        if let Some(on_leave) = self.on_leave.take() {
            on_leave();
        }
        if let Some(permits) = &self.permits {
            permits.0.release();
        }
    }
}

impl fmt::Debug for QueuePermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueuePermit").finish_non_exhaustive()
    }
}
