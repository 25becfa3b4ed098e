//! State that only some tasks need: outside the task cell, allocated on first use.

use std::sync::{Arc, PoisonError};
use std::task::Waker;

use super::Executor;
use crate::cancel::{CancellationToken, HeldToken};
use crate::limit::{HeldPermit, Limiter};
use crate::sync::{Mutex, MutexGuard};
use crate::util::wake_all;

/// Wraps a body: runs it with a context that a pool's hook captured, and must call it once.
pub(crate) type ContextWrapper = Box<dyn FnOnce(&mut dyn FnMut()) + Send>;

/// Lives from its first use until the task is freed. Its lock is held only to exchange fields,
/// never while user code runs.
#[derive(Default)]
pub(crate) struct TaskContext(Mutex<Fields>);

#[derive(Default)]
struct Fields {
    /// Woken by a cancellation. It belongs to a job that waits for its permit and, later, to the
    /// thread that drives an async body.
    cancelled: Option<Waker>,
    /// The body's token, made on the first request.
    token: Option<Arc<dyn HeldToken>>,
    body: BodyContext,
}

/// The fields that are dropped when the body ends, before the outcome is published.
#[derive(Default)]
pub(crate) struct BodyContext {
    /// The permit under which the body runs.
    permit: Option<HeldPermit>,
    /// The wrappers of the pool's hooks, outermost first.
    wrappers: Vec<ContextWrapper>,
    /// The executor of the scope around the call.
    scope: Option<Arc<dyn Executor>>,
}

impl TaskContext {
    /// Registers the waker for a cancellation. The caller checks for cancellation afterwards.
    pub(super) fn register(&self, waker: &Waker) {
        let waker = Some(waker.clone());
        let before = std::mem::replace(&mut self.lock().cancelled, waker);
        drop(before);
    }

    /// Returns the body's token. The caller checks for cancellation afterwards.
    pub(super) fn token(&self) -> CancellationToken {
        let new = || CancellationToken::new().held();
        self.lock().token.get_or_insert_with(new).clone().token()
    }

    /// Cancels the token and wakes the registered waker.
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

    /// Returns the limiter that lends out this body's permit, if that is a permit of `limiter`.
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

    /// Takes the fields that end with the body; the caller drops them.
    pub(super) fn take_body_context(&self) -> BodyContext {
        std::mem::take(&mut self.lock().body)
    }

    fn lock(&self) -> MutexGuard<'_, Fields> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
