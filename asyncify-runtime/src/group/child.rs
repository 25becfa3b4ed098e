//! One member of a group.
//!
//! A future's destructor, and that of a result nobody took, may panic. Such a panic goes no further
//! than its child, as that of a call's captures does: siblings are still cancelled and joined. So a
//! child never drops what it holds but [quietly](drop_quietly).

use std::pin::Pin;
use std::task::{Context, Poll};

use crate::call::Running;
use crate::task::JoinError;
use crate::util::{catch, drop_quietly};

/// A call or a future, with its number. Dropping it cancels it.
pub(super) struct Child<T> {
    number: usize,
    state: State<T>,
}

enum State<T> {
    Call(Running<'static, T>),
    Future(Pin<Box<dyn Future<Output = T> + Send>>),
    /// What came of the future.
    Ended(Result<T, JoinError>),
    /// The result was given.
    Joined,
}

// Nothing in a child is pinned but what is boxed.
impl<T> Unpin for Child<T> {}

impl<T> Child<T> {
    pub(super) fn call(number: usize, call: Running<'static, T>) -> Self {
        Self { number, state: State::Call(call) }
    }

    pub(super) fn future(number: usize, future: Pin<Box<dyn Future<Output = T> + Send>>) -> Self {
        Self { number, state: State::Future(future) }
    }

    /// Polls the child, and keeps its result for the next poll.
    pub(super) fn step(&mut self, cx: &mut Context<'_>) {
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
            // A panic is the child's result, as that of a call is.
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
            _ => panic!("a child of a group was polled after it had been joined"),
        }
    }
}

impl<T> Drop for Child<T> {
    fn drop(&mut self) {
        // The group drops its other children in the same go.
        self.change(State::Joined);
    }
}
