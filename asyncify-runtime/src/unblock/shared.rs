//! State that is used by `&mut`, or by futures that take turns.
//!
//! The future whose turn it is takes the state out for each of its polls, so that no lock is held
//! while code of the user runs.

use std::sync::PoisonError;

use crate::limit::Limiter;
use crate::sync::{Mutex, MutexGuard};

pub(super) struct Shared<S> {
    /// `None` while a future is polled whose turn it is.
    state: Mutex<Option<S>>,
    /// Its only permit is the turn.
    turn: Limiter,
}

/// Returns the state when it is dropped, also by a panic.
struct Lent<'a, S> {
    shared: &'a Shared<S>,
    state: Option<S>,
}

impl<S> Shared<S> {
    pub(super) fn new(state: S) -> Self {
        Self { state: Mutex::new(Some(state)), turn: Limiter::new(1) }
    }

    /// Returns the limiter of the turn, to be acquired before [`lend`](Self::lend) is called.
    pub(super) fn turn(&self) -> &Limiter {
        &self.turn
    }

    /// Calls `f` with the state. The caller has the turn.
    pub(super) fn lend<R>(&self, f: impl FnOnce(&mut S) -> R) -> R {
        let mut lent = Lent { shared: self, state: self.lock().take() };
        f(lent.state.as_mut().expect("there is one turn"))
    }

    pub(super) fn get_mut(&mut self) -> &mut S {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.as_mut().expect("no future that borrows this is being polled")
    }

    fn lock(&self) -> MutexGuard<'_, Option<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Drop for Lent<'_, S> {
    fn drop(&mut self) {
        *self.shared.lock() = self.state.take();
    }
}
