//! A call with a timeout.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::BlockingCall;
use super::running::{Running, error_or_resume};
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
}

impl<'e, T> TimedCall<'e, T> {
    pub(super) fn new(call: BlockingCall<'e, T>, after: Duration) -> Self {
        Self { call, after }
    }

    /// Starts the call, as the first poll does.
    #[doc(hidden)]
    pub fn start(self) -> TimedFuture<'e, T> {
        let Self { call, after } = self;
        if after.is_zero() {
            // Not even submitted: the timeout has already expired.
            drop(call);
            return TimedFuture { state: TimedState::Expired, after };
        }
        let state =
            TimedState::Running { running: call.start_with_limiter(), timer: Timer::new(after) };
        TimedFuture { state, after }
    }
}

impl<'e, T> IntoFuture for TimedCall<'e, T> {
    type Output = Result<T, Error>;
    type IntoFuture = TimedFuture<'e, T>;

    fn into_future(self) -> TimedFuture<'e, T> {
        TimedFuture { after: self.after, state: TimedState::Lazy(self) }
    }
}

impl<T> fmt::Debug for TimedCall<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedCall").field("after", &self.after).finish_non_exhaustive()
    }
}

/// The future of a [`TimedCall`].
#[must_use = "futures do nothing unless polled"]
pub struct TimedFuture<'e, T> {
    state: TimedState<'e, T>,
    after: Duration,
}

enum TimedState<'e, T> {
    Lazy(TimedCall<'e, T>),
    Running {
        running: Running<'e, T>,
        timer: Timer,
    },
    /// The timeout was zero.
    Expired,
    Done,
}

impl<T> Unpin for TimedFuture<'_, T> {}

impl<T> Future for TimedFuture<'_, T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let after = self.after;
        if let TimedState::Lazy(_) = self.state {
            let TimedState::Lazy(call) = std::mem::replace(&mut self.state, TimedState::Done)
            else {
                unreachable!("matched above")
            };
            self.state = call.start().state;
        }
        let result = match &mut self.state {
            TimedState::Running { running, timer } => loop {
                if let Poll::Ready(result) = running.poll_result(cx) {
                    break result.map_err(error_or_resume);
                }
                if timer.poll(cx).is_pending() {
                    return Poll::Pending;
                }
                // `None`: the call has just completed, and its result is in time.
                if let Some(phase) = running.time_out() {
                    break Err(Error::TimedOut { phase, after });
                }
            },
            TimedState::Expired => Err(Error::TimedOut { phase: Phase::Queue, after }),
            _ => panic!("`TimedFuture` polled after completion"),
        };
        // A detached call continues on its own.
        self.state = TimedState::Done;
        Poll::Ready(result)
    }
}

impl<T> fmt::Debug for TimedFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedFuture").field("after", &self.after).finish_non_exhaustive()
    }
}
