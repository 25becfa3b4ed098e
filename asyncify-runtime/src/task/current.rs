//! The task whose body runs on this thread.
#![allow(unsafe_code, reason = "reads the running task through a thread-local pointer")]

use std::cell::Cell;
use std::sync::Arc;
use std::task::Waker;

use super::Executor;
use super::context::TaskContext;
use super::raw::RawTask;
use crate::cancel::CancellationToken;
use crate::limit::Limiter;

#[cfg(not(all(test, asyncify_loom)))]
std::thread_local! {
    static CURRENT: Cell<Option<RawTask>> = const { Cell::new(None) };
}
#[cfg(all(test, asyncify_loom))]
loom::thread_local! {
    static CURRENT: Cell<Option<RawTask>> = Cell::new(None);
}

/// Makes `task` the current task of this thread until the guard is dropped.
///
/// The caller keeps the task alive as long as the guard, and drops nested guards on this thread in
/// reverse order; `RawTask::run`, the only caller, holds the guard while the body runs.
pub(super) fn enter(task: RawTask) -> Entered {
    Entered { previous: CURRENT.with(|current| current.replace(Some(task))) }
}

/// Restores the previous task when it is dropped.
pub(super) struct Entered {
    previous: Option<RawTask>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.with(|current| current.set(self.previous));
    }
}

fn current() -> Option<RawTask> {
    CURRENT.with(Cell::get)
}

/// Returns whether the body of `task` runs on this thread.
pub(super) fn is(task: RawTask) -> bool {
    current().is_some_and(|current| current == task)
}

/// Returns whether a body runs on this thread.
#[cfg(feature = "in_place")]
pub(crate) fn is_in_body() -> bool {
    current().is_some()
}

/// Returns whether the task of the current body was cancelled: its future was dropped, or its
/// handle aborted. `false` outside of a body.
pub(crate) fn is_cancelled() -> bool {
    current().is_some_and(|task| task.state().is_cancelled())
}

/// Runs `f` with the context of the current task.
fn with_context<R>(f: impl FnOnce(&TaskContext, &RawTask) -> R) -> Option<R> {
    let task = current()?;
    // SAFETY: this is called by the running body, which keeps its task alive until it returns.
    Some(f(unsafe { task.context() }, &task))
}

/// Registers `waker` for the cancellation of the current body. Returns `true` if it is cancelled.
pub(crate) fn poll_cancelled(waker: &Waker) -> bool {
    with_context(|context, task| {
        context.register(waker);
        task.state().is_cancelled()
    })
    .unwrap_or(false)
}

/// Returns the token of the current body.
pub(crate) fn cancellation_token() -> Option<CancellationToken> {
    with_context(|context, task| {
        let token = context.token();
        if task.state().is_cancelled() {
            token.cancel();
        }
        token
    })
}

/// Returns the limiter that lends out the current body's permit, if that is a permit of `limiter`.
pub(crate) fn lend_permit(limiter: &Limiter) -> Option<Limiter> {
    current()?.context_if_any()?.lend_permit(limiter)
}

/// Returns the executor of the scope in which the current body's call was made.
pub(crate) fn scope() -> Option<Arc<dyn Executor>> {
    current()?.context_if_any()?.scope()
}
