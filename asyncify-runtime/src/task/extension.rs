//! What only some tasks have: kept out of the cell, and made at the first need.

use std::task::Waker;

use crate::cancel::CancellationToken;
use crate::context::{Carried, Options};
use crate::sync::{Mutex, MutexGuard};
use crate::util::wake_all;

/// Lives from its first use until the task is freed. Its locks are held only to exchange what is
/// in them, never while code of the user's runs.
#[derive(Default)]
pub(super) struct Extension {
    /// Woken by a cancellation: that of the thread which drives an async body, and before, that
    /// of a job which waits for its permit.
    waker: Mutex<Option<Waker>>,
    /// The body's token, once it asked.
    token: Mutex<Option<CancellationToken>>,
    /// What the call carries through its body besides the context: until the body ends.
    carried: Mutex<Carried>,
}

impl Extension {
    /// Asks to be woken by a cancellation. The caller looks at the cancellation afterwards.
    pub(super) fn register(&self, waker: &Waker) {
        let waker = Some(waker.clone());
        let before = std::mem::replace(&mut *lock(&self.waker), waker);
        drop(before);
    }

    /// The body's token. The caller looks at the cancellation afterwards.
    pub(super) fn token(&self) -> CancellationToken {
        lock(&self.token).get_or_insert_default().clone()
    }

    /// The task was cancelled.
    pub(super) fn notify(&self) {
        let token = lock(&self.token).clone();
        if let Some(token) = token {
            token.cancel();
        }
        let waker = lock(&self.waker).take();
        wake_all(waker);
    }

    /// What the call was told. Out of the way of those that were told nothing.
    #[inline(never)]
    pub(super) fn take_options(&self) -> Options {
        self.with_carried(|carried| std::mem::take(&mut carried.options))
    }

    pub(super) fn with_carried<R>(&self, f: impl FnOnce(&mut Carried) -> R) -> R {
        f(&mut lock(&self.carried))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
