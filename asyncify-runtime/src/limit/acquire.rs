//! The wait for a permit.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::line::Ticket;
use super::{Limiter, LimiterPermit};

/// The future of [`Limiter::acquire`]. It takes its place in the line when it is first polled.
///
/// # Cancel safety
///
/// Dropping it gives its place in the line up. A permit that was handed to it meanwhile goes to
/// the next one in the line.
#[must_use = "futures do nothing unless polled"]
pub struct Acquire(State);

enum State {
    New(Limiter),
    Waiting(Limiter, Ticket),
    Done,
}

impl Acquire {
    pub(crate) fn new(limiter: Limiter) -> Self {
        Self(State::New(limiter))
    }
}

impl Future for Acquire {
    type Output = LimiterPermit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<LimiterPermit> {
        // Where the user's waker panics, the state is one that `drop` can deal with.
        if let State::Waiting(limiter, ticket) = &self.0 {
            if !limiter.semaphore().claim(ticket, cx.waker()) {
                return Poll::Pending;
            }
        }
        let limiter = match mem::replace(&mut self.0, State::Done) {
            State::New(limiter) => {
                if !limiter.semaphore().try_acquire() {
                    if let Some(ticket) = limiter.semaphore().acquire_or_join(cx.waker().clone()) {
                        self.0 = State::Waiting(limiter, ticket);
                        return Poll::Pending;
                    }
                }
                limiter
            }
            State::Waiting(limiter, _used_up) => limiter,
            State::Done => panic!("`Acquire` polled after it gave its permit"),
        };
        Poll::Ready(LimiterPermit::taken(limiter))
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        if let State::Waiting(limiter, ticket) = mem::replace(&mut self.0, State::Done) {
            limiter.semaphore().give_up(&ticket);
        }
    }
}

impl fmt::Debug for Acquire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire").finish_non_exhaustive()
    }
}
