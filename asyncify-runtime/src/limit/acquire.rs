//! The wait for a permit.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Limiter, LimiterPermit};
use crate::util::wait_queue::Waiter;

/// The future of [`Limiter::acquire`]. It takes its place in the line when it is first polled.
///
/// # Cancel safety
///
/// Dropping it gives its place in the line up. A permit that was handed to it meanwhile goes to
/// the next one in the line.
#[must_use = "futures do nothing unless polled"]
pub struct Acquire {
    /// None once it gave its permit.
    limiter: Option<Limiter>,
    /// None before the first poll, and at the end.
    waiter: Option<Waiter>,
}

impl Acquire {
    pub(crate) fn new(limiter: Limiter) -> Self {
        Self { limiter: Some(limiter), waiter: None }
    }
}

impl Future for Acquire {
    type Output = LimiterPermit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<LimiterPermit> {
        let Self { limiter, waiter } = &mut *self;
        let Some(waited_for) = limiter else { panic!("`Acquire` polled after it gave its permit") };
        // Where the user's waker panics, the state is one that `drop` can deal with. (An error is
        // out of the question: nobody closes a limiter.)
        if waited_for.semaphore().poll_acquire(waiter, cx.waker()).is_pending() {
            return Poll::Pending;
        }
        let limiter = limiter.take().expect("it was there");
        Poll::Ready(LimiterPermit::taken(limiter))
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        if let (Some(limiter), Some(waiter)) = (&self.limiter, &self.waiter) {
            limiter.semaphore().cancel(waiter);
        }
    }
}

impl fmt::Debug for Acquire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire").finish_non_exhaustive()
    }
}
