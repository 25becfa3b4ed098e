//! A call with a timeout.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::BlockingCall;
use super::running::error_or_resume;
use super::timer::Timer;
use crate::error::{Error, Phase};

/// A [`BlockingCall`] with a timeout, returned by [`BlockingCall::timeout`].
///
/// # Cancel safety
///
/// Dropping the future cancels the call, as for a [`BlockingCall`].
#[must_use = "a blocking call does nothing unless it is awaited"]
pub struct TimedCall<'e, T> {
    call: BlockingCall<'e, T>,
    after: Duration,
    /// Made at the first poll that finds the call pending.
    timer: Option<Timer>,
    /// The phase in which the call timed out, if it is [joined](BlockingCall::join_on_drop) now.
    expired: Option<Phase>,
}

impl<'e, T> TimedCall<'e, T> {
    pub(super) fn new(call: BlockingCall<'e, T>, after: Duration) -> Self {
        Self { call, after, timer: None, expired: None }
    }

    /// For generated code, which starts each call: the first poll starts this one.
    #[doc(hidden)]
    pub fn start(self) -> Self {
        self
    }
}

impl<T> Unpin for TimedCall<'_, T> {}
impl<T> UnwindSafe for TimedCall<'_, T> {}
impl<T> RefUnwindSafe for TimedCall<'_, T> {}

impl<T> Future for TimedCall<'_, T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { call, after, timer, expired } = &mut *self;
        let result = loop {
            if after.is_zero() && call.is_unstarted() {
                // Not even submitted: the timeout has already expired.
                break Err(Phase::Queue);
            }
            let running = call.running();
            if let Poll::Ready(result) = running.poll_result(cx) {
                break expired.map_or(Ok(result), Err);
            }
            if expired.is_some() {
                return Poll::Pending;
            }
            if timer.get_or_insert_with(|| Timer::new(*after)).poll(cx).is_pending() {
                return Poll::Pending;
            }
            // `None`: the call has just completed, and its result is in time.
            match running.time_out() {
                Some(phase) if !running.joins_on_drop() => break Err(phase),
                phase => *expired = phase,
            }
        };
        // A detached call continues on its own.
        *call = BlockingCall::finished();
        Poll::Ready(match result {
            Ok(result) => result.map_err(error_or_resume),
            Err(phase) => Err(Error::TimedOut { phase, after: *after }),
        })
    }
}

impl<T> fmt::Debug for TimedCall<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedCall").field("after", &self.after).finish_non_exhaustive()
    }
}
