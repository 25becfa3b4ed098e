//! A child of a group.
//!
//! The destructor of a future, or of a result that was not taken, may panic. The child catches such
//! a panic, as a call does for its captures, so that the other children are still cancelled and
//! joined. For this reason a child drops its state only by [`drop_quietly`].

use std::mem;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll};

use crate::call::Running;
use crate::sync::Mutex;
use crate::task::JoinError;
use crate::util::{catch, drop_quietly};

/// A child's number and result.
pub(super) type Completed<T> = (usize, Result<T, JoinError>);

pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A call or a future. Dropping the child cancels it.
///
/// The mutex, which is never locked, makes the child `Sync`: only `&mut` reaches the state.
pub(super) struct Child<T>(Mutex<State<T>>);

enum State<T> {
    Call(Running<'static, T>),
    Future(BoxFuture<T>),
    /// The future has completed, and its result has not been returned.
    Ended(Result<T, JoinError>),
    /// The result has been returned.
    Joined,
}

impl<T> Child<T> {
    pub(super) fn call(call: Running<'static, T>) -> Self {
        Self(Mutex::new(State::Call(call)))
    }

    pub(super) fn future(future: BoxFuture<T>) -> Self {
        Self(Mutex::new(State::Future(future)))
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, JoinError>> {
        let result = match self.state() {
            State::Call(call) => call.poll_result(cx),
            // A panic is the child's result, as it is for a call.
            State::Future(future) => match catch(|| future.as_mut().poll(cx)) {
                Ok(polled) => polled.map(Ok),
                Err(payload) => Poll::Ready(Err(JoinError::panic(payload))),
            },
            State::Ended(_) | State::Joined => match self.replace(State::Joined) {
                State::Ended(result) => return Poll::Ready(result),
                _ => panic!("a child of a group was polled after completion"),
            },
        };
        if result.is_ready() {
            drop_quietly(self.replace(State::Joined));
        }
        result
    }

    /// Polls the child, and stores its result for the next poll.
    pub(super) fn poll_and_store(&mut self, cx: &mut Context<'_>) {
        if let Poll::Ready(result) = self.poll(cx) {
            self.replace(State::Ended(result));
        }
    }

    /// Returns whether the next poll returns a stored result.
    pub(super) fn is_ended(&mut self) -> bool {
        matches!(self.state(), State::Ended(_))
    }

    pub(super) fn cancel(&mut self) {
        match self.state() {
            State::Call(call) => call.abort(),
            State::Future(_) => {
                drop_quietly(self.replace(State::Ended(Err(JoinError::cancelled()))));
            }
            State::Ended(_) | State::Joined => {}
        }
    }

    /// Lets a call run to completion. Returns a future that has not completed.
    pub(super) fn detach(mut self) -> Option<BoxFuture<T>> {
        match self.replace(State::Joined) {
            State::Call(call) => drop(call.into_handle()),
            State::Future(future) => return Some(future),
            ended @ (State::Ended(_) | State::Joined) => drop_quietly(ended),
        }
        None
    }

    fn state(&mut self) -> &mut State<T> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&mut self, state: State<T>) -> State<T> {
        mem::replace(self.state(), state)
    }
}

impl<T> Drop for Child<T> {
    fn drop(&mut self) {
        // Catches panics, because the group drops its other children after this one.
        drop_quietly(self.replace(State::Joined));
    }
}
