//! The task that runs on this thread, so that its body can ask about it.
#![allow(unsafe_code, reason = "reads the running task through a thread-local pointer")]

use std::cell::Cell;
use std::task::Waker;

use super::raw::{RawTask, Running};

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

/// Whether the caller of the body that runs here has gone away or asked it to stop. False
/// outside of any body.
pub(crate) fn is_cancelled() -> bool {
    current().is_some_and(|task| task.state().is_cancelled())
}

/// Wakes `waker` once the body that runs here is cancelled; true if it is already.
pub(crate) fn poll_cancelled(waker: &Waker) -> bool {
    let Some(task) = current() else { return false };
    // SAFETY: the body runs, so its task lives at least until we return.
    unsafe { task.signal() }.register(waker);
    task.state().is_cancelled()
}
