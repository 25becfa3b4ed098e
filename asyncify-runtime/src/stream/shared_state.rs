//! The state that producers share with their consumer.

use std::ops::{Deref, DerefMut};
use std::task::{Context, Waker};

use crate::sync::{Mutex, MutexGuard};
use crate::util::{drop_quietly, wake_all};

/// A state behind a mutex, and the waker of the consumer while it waits for a change.
///
/// The lock is never held while an iterator, a function, a destructor or a waker of the user runs.
pub(super) struct SharedState<S>(Mutex<Inner<S>>);

struct Inner<S> {
    state: S,
    consumer: Option<Waker>,
}

/// The locked state.
pub(super) struct Guard<'a, S>(MutexGuard<'a, Inner<S>>);

/// Whether the consumer waits after it has looked at the state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Waits {
    Yes,
    No,
}

impl<S> SharedState<S> {
    pub(super) fn new(state: S) -> Self {
        Self(Mutex::new(Inner { state, consumer: None }))
    }

    pub(super) fn lock(&self) -> Guard<'_, S> {
        Guard(self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Runs `receive` on behalf of the consumer, under the lock, and registers the waker of `cx` if
    /// the consumer then waits.
    pub(super) fn receive<R>(
        &self,
        cx: &Context<'_>,
        receive: impl FnOnce(&mut Guard<'_, S>) -> (R, Waits),
    ) -> R {
        // Cloned and dropped outside of the lock. A clone that panics has changed nothing; a drop
        // that panics must not lose what was received.
        let waker = cx.waker().clone();
        let mut state = self.lock();
        let (received, waits) = receive(&mut state);
        let unused = match waits {
            Waits::Yes => (state.0.consumer.replace(waker), None),
            Waits::No => (state.0.consumer.take(), Some(waker)),
        };
        drop(state);
        drop_quietly(unused.0);
        drop_quietly(unused.1);
        received
    }
}

impl<S> Guard<'_, S> {
    /// Returns whether the consumer waits.
    pub(super) fn is_awaited(&self) -> bool {
        self.0.consumer.is_some()
    }

    /// Unlocks the state and wakes the consumer, if it waits.
    pub(super) fn wake_consumer(self) {
        self.wake_consumer_if(true);
    }

    /// Unlocks the state, and wakes the consumer if `condition` holds.
    pub(super) fn wake_consumer_if(mut self, condition: bool) {
        let consumer = if condition { self.0.consumer.take() } else { None };
        drop(self);
        wake_all(consumer);
    }

    /// Unlocks the state on behalf of a consumer that is dropped.
    pub(super) fn remove_consumer(mut self) {
        let consumer = self.0.consumer.take();
        drop(self);
        drop_quietly(consumer);
    }
}

impl<S> Deref for Guard<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0.state
    }
}

impl<S> DerefMut for Guard<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.0.state
    }
}
