//! The task that runs on this thread, so that its body can ask about it.
#![allow(unsafe_code, reason = "reads the running task through a thread-local pointer")]

use std::cell::Cell;
use std::task::Waker;

use super::extension::Extension;
use super::raw::{RawTask, Running};
use crate::cancel::CancellationToken;
use crate::context::Carried;

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

/// Runs `f` with the extension of the task whose body runs here.
fn with_extension<R>(f: impl FnOnce(&Extension, &RawTask) -> R) -> Option<R> {
    let task = current()?;
    // SAFETY: we are within the running body, so its task lives until we return.
    Some(f(unsafe { task.extension() }, &task))
}

/// Wakes `waker` once the body that runs here is cancelled; true if it is already.
pub(crate) fn poll_cancelled(waker: &Waker) -> bool {
    with_extension(|extension, task| {
        extension.register(waker);
        task.state().is_cancelled()
    })
    .unwrap_or(false)
}

/// The token of the body that runs here.
pub(crate) fn cancellation_token() -> Option<CancellationToken> {
    with_extension(|extension, task| {
        let token = extension.token();
        if task.state().is_cancelled() {
            token.cancel();
        }
        token
    })
}

/// Runs `f` with what the call carries whose body runs here, if it has any use for that.
pub(crate) fn with_carried<R>(f: impl FnOnce(&mut Carried) -> R) -> Option<R> {
    current()?.extension_if_any().map(|extension| extension.with_carried(f))
}
