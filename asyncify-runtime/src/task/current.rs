//! The task that runs on this thread, so that its body can ask about it.
#![allow(unsafe_code, reason = "reads the running task through a thread-local pointer")]

use std::cell::Cell;
use std::sync::Arc;
use std::task::Waker;

use super::Executor;
use super::context::TaskContext;
use super::raw::{RawTask, Running};
use crate::cancel::CancellationToken;
use crate::limit::Limiter;

#[cfg(not(all(test, asyncify_loom)))]
std::thread_local! {
    static CURRENT: Cell<Option<Running>> = const { Cell::new(None) };
}
#[cfg(all(test, asyncify_loom))]
loom::thread_local! {
    static CURRENT: Cell<Option<Running>> = Cell::new(None);
}

/// Marks `task` as the one that runs here, until the guard is dropped.
///
/// The caller keeps the task alive as long as the guard, and drops the guard on this thread in
/// the order of nesting; `raw`, the only caller, holds it around the body.
pub(super) fn enter(task: Running) -> Entered {
    Entered { before: CURRENT.with(|current| current.replace(Some(task))) }
}

/// Restores the task around.
pub(super) struct Entered {
    before: Option<Running>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.with(|current| current.set(self.before));
    }
}

fn current() -> Option<RawTask> {
    CURRENT.with(Cell::get).map(RawTask::from_running)
}

/// Whether a body runs here.
#[cfg(feature = "in_place")]
pub(crate) fn is_in_body() -> bool {
    current().is_some()
}

/// Whether the caller of the body that runs here has gone away or asked it to stop. False
/// outside of any body.
pub(crate) fn is_cancelled() -> bool {
    current().is_some_and(|task| task.state().is_cancelled())
}

/// Runs `f` with the context of the task whose body runs here.
fn with_context<R>(f: impl FnOnce(&TaskContext, &RawTask) -> R) -> Option<R> {
    let task = current()?;
    // SAFETY: we are within the running body, so its task lives until we return.
    Some(f(unsafe { task.context() }, &task))
}

/// Wakes `waker` once the body that runs here is cancelled; true if it is already.
pub(crate) fn poll_cancelled(waker: &Waker) -> bool {
    with_context(|context, task| {
        context.register(waker);
        task.state().is_cancelled()
    })
    .unwrap_or(false)
}

/// The token of the body that runs here.
pub(crate) fn cancellation_token() -> Option<CancellationToken> {
    with_context(|context, task| {
        let token = context.token();
        if task.state().is_cancelled() {
            token.cancel();
        }
        token
    })
}

/// The limiter that lends the permit of the body that runs here on, where it holds one of `limiter`.
pub(crate) fn lend_permit(limiter: &Limiter) -> Option<Limiter> {
    current()?.context_if_any()?.lend_permit(limiter)
}

/// The executor of the scope around the call whose body runs here.
pub(crate) fn scope() -> Option<Arc<dyn Executor>> {
    current()?.context_if_any()?.scope()
}
