//! The wait for permits.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Limiter, LimiterPermit};
use crate::util::wait_queue::Waiter;

/// The future of [`Limiter::acquire`] and [`Limiter::acquire_many`]. It enters the wait queue when
/// it is first polled.
///
/// # Cancel safety
///
/// Dropping the future removes it from the wait queue. If it has already been granted a permit, the
/// permit goes to the next waiter.
#[must_use = "futures do nothing unless polled"]
pub struct Acquire {
    /// `None` after completion.
    limiter: Option<Limiter>,
    /// `None` before the first poll, and after completion.
    waiter: Option<Waiter>,
    count: usize,
}

impl Acquire {
    pub(crate) fn new(limiter: Limiter, count: usize) -> Self {
        Self { limiter: Some(limiter), waiter: None, count }
    }
}

impl Future for Acquire {
    type Output = LimiterPermit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<LimiterPermit> {
        let Self { limiter, waiter, count } = &mut *self;
        let Some(waited_for) = limiter else { panic!("`Acquire` polled after completion") };
        // If the user's waker panics, `drop` finds a consistent state. (There is no error, because
        // a limiter is never closed.)
        if waited_for.semaphore().poll_acquire(*count, waiter, cx.waker()).is_pending() {
            return Poll::Pending;
        }
        let limiter = limiter.take().expect("checked above");
        Poll::Ready(LimiterPermit::taken(limiter, *count))
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        if let (Some(limiter), Some(waiter)) = (&self.limiter, &self.waiter) {
            limiter.semaphore().cancel(waiter, self.count);
        }
    }
}

impl fmt::Debug for Acquire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire").finish_non_exhaustive()
    }
}
