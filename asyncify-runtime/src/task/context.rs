//! What only some tasks have: kept out of the cell, and made at the first need.

use std::sync::{Arc, PoisonError};
use std::task::Waker;

use super::Executor;
use crate::cancel::CancellationToken;
use crate::limit::{HeldPermit, Limiter};
use crate::sync::{Mutex, MutexGuard};
use crate::util::wake_all;

/// Runs a body with something around it, and must call it once.
pub(crate) type ContextWrapper = Box<dyn FnOnce(&mut dyn FnMut()) + Send>;

/// Lives from its first use until the task is freed. Its lock is held only to exchange what is
/// behind it, never while code of the user's runs.
#[derive(Default)]
pub(crate) struct TaskContext(Mutex<Fields>);

#[derive(Default)]
struct Fields {
    /// Woken by a cancellation: the waker of the thread which drives an async body, and before, of
    /// a job which waits for its permit.
    cancelled: Option<Waker>,
    /// The body's token, once it asked.
    token: Option<CancellationToken>,
    body: BodyContext,
}

/// What ends with the body, before its outcome is known.
#[derive(Default)]
pub(crate) struct BodyContext {
    /// The permit under which the body runs.
    permit: Option<HeldPermit>,
    /// What the pool's hooks captured, in the order in which they go around the body.
    wrappers: Vec<ContextWrapper>,
    /// The executor of the scope around the call.
    scope: Option<Arc<dyn Executor>>,
}

impl TaskContext {
    /// Asks to be woken by a cancellation. The caller looks at the cancellation afterwards.
    pub(super) fn register(&self, waker: &Waker) {
        let waker = Some(waker.clone());
        let before = std::mem::replace(&mut self.lock().cancelled, waker);
        drop(before);
    }

    /// The body's token. The caller looks at the cancellation afterwards.
    pub(super) fn token(&self) -> CancellationToken {
        self.lock().token.get_or_insert_default().clone()
    }

    /// The task was cancelled.
    pub(super) fn cancel(&self) {
        let token = self.lock().token.clone();
        if let Some(token) = token {
            token.cancel();
        }
        let waker = self.lock().cancelled.take();
        wake_all(waker);
    }

    pub(super) fn set_permit(&self, permit: HeldPermit) {
        self.lock().body.permit = Some(permit);
    }

    pub(super) fn take_permit(&self) -> Option<HeldPermit> {
        self.lock().body.permit.take()
    }

    /// The limiter that lends this body's permit on, where it holds one of `limiter`.
    pub(super) fn lend_permit(&self, limiter: &Limiter) -> Option<Limiter> {
        self.lock().body.permit.as_mut()?.lend(limiter)
    }

    pub(super) fn wrap(&self, wrapper: ContextWrapper) {
        self.lock().body.wrappers.push(wrapper);
    }

    pub(super) fn take_wrappers(&self) -> Vec<ContextWrapper> {
        std::mem::take(&mut self.lock().body.wrappers)
    }

    pub(super) fn set_scope(&self, executor: Arc<dyn Executor>) {
        self.lock().body.scope = Some(executor);
    }

    pub(super) fn scope(&self) -> Option<Arc<dyn Executor>> {
        self.lock().body.scope.clone()
    }

    /// What ends with the body, to be dropped by the caller.
    pub(super) fn take_body_context(&self) -> BodyContext {
        std::mem::take(&mut self.lock().body)
    }

    fn lock(&self) -> MutexGuard<'_, Fields> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
