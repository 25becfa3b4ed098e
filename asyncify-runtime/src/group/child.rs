//! A child of a group.
//!
//! The destructor of a future, or of a result that was not taken, may panic. The child catches such
//! a panic, as a call does for its captures, so that the other children are still cancelled and
//! joined. For this reason a child drops its state only by [`drop_quietly`].

use std::pin::Pin;
use std::task::{Context, Poll};

use crate::call::Running;
use crate::task::JoinError;
use crate::util::{catch, drop_quietly};

/// A call or a future, with its number. Dropping the child cancels it.
pub(super) struct Child<T> {
    number: usize,
    state: State<T>,
}

enum State<T> {
    Call(Running<'static, T>),
    Future(Pin<Box<dyn Future<Output = T> + Send>>),
    /// The future has completed, and its result has not been returned.
    Ended(Result<T, JoinError>),
    /// The result has been returned.
    Joined,
}

// The only pinned field of a child is boxed.
impl<T> Unpin for Child<T> {}

impl<T> Child<T> {
    pub(super) fn call(number: usize, call: Running<'static, T>) -> Self {
        Self { number, state: State::Call(call) }
    }

    pub(super) fn future(number: usize, future: Pin<Box<dyn Future<Output = T> + Send>>) -> Self {
        Self { number, state: State::Future(future) }
    }

    /// Polls the child, and stores its result for the next poll.
    pub(super) fn poll_and_store(&mut self, cx: &mut Context<'_>) {
        if let Poll::Ready((_, result)) = Pin::new(&mut *self).poll(cx) {
            self.change(State::Ended(result));
        }
    }

    pub(super) fn cancel(&mut self) {
        match &mut self.state {
            State::Call(call) => call.abort(),
            State::Future(_) => self.change(State::Ended(Err(JoinError::cancelled()))),
            State::Ended(_) | State::Joined => {}
        }
    }
}

impl<T> Future for Child<T> {
    type Output = (usize, Result<T, JoinError>);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = match &mut self.state {
            State::Call(call) => call.poll_result(cx),
            // A panic is the child's result, as it is for a call.
            State::Future(future) => match catch(|| future.as_mut().poll(cx)) {
                Ok(polled) => polled.map(Ok),
                Err(payload) => Poll::Ready(Err(JoinError::panic(payload))),
            },
            State::Ended(_) | State::Joined => Poll::Ready(self.take()),
        };
        polled.map(|result| {
            self.change(State::Joined);
            (self.number, result)
        })
    }
}

impl<T> Child<T> {
    fn change(&mut self, state: State<T>) {
        drop_quietly(std::mem::replace(&mut self.state, state));
    }

    fn take(&mut self) -> Result<T, JoinError> {
        match std::mem::replace(&mut self.state, State::Joined) {
            State::Ended(result) => result,
            _ => panic!("a child of a group was polled after completion"),
        }
    }
}

impl<T> Drop for Child<T> {
    fn drop(&mut self) {
        // Catches panics, because the group drops its other children after this one.
        self.change(State::Joined);
    }
}
