//! Jobs on targets without threads, such as `wasm32-unknown-unknown`: they run where they are
//! submitted.
//!
//! A job that is submitted by such a job is queued, and runs when the outer one has ended, or waits
//! in `block_on`. So jobs that submit further jobs do not nest without limit.

use super::host::Host;
use super::shared::Shared;
use super::threads::Threads;
use crate::task::Job;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;

/// Whether the target has threads. Some WebAssembly targets have none.
pub(super) const HAS_THREADS: bool =
    cfg!(any(not(target_family = "wasm"), target_feature = "atomics"));

thread_local! {
    static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
    static SUBMITTED: RefCell<VecDeque<(Arc<Shared<Threads>>, Job)>> =
        const { RefCell::new(VecDeque::new()) };
}

/// Runs a job within its submission, and then the jobs that it has submitted.
pub(super) fn submit(shared: &Arc<Shared<Threads>>, job: Job) {
    SUBMITTED.with_borrow_mut(|submitted| submitted.push_back((Arc::clone(shared), job)));
    if !IS_RUNNING.replace(true) {
        while run_next() {}
        IS_RUNNING.set(false);
    }
}

/// Runs the next job that was submitted by a running one. Returns whether there was any; always
/// false on targets with threads.
pub(crate) fn run_next() -> bool {
    if HAS_THREADS {
        return false;
    }
    let Some((shared, job)) = SUBMITTED.with_borrow_mut(VecDeque::pop_front) else { return false };
    let finish = shared.host.run(job);
    // The counters of a worker that does not exist: there is no other writer.
    shared.slots.slot(0).counters.finished(finish);
    true
}
