//! The pool whose worker the current thread is.

use super::shared::Shared;
use super::threads::Threads;
use crate::task::Finish;
use std::cell::RefCell;
use std::sync::Arc;

struct Worker {
    shared: Arc<Shared<Threads>>,
    index: usize,
}

thread_local! {
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// Marks this thread as the pool's worker in slot `index`, until dropped.
pub(super) fn enter(shared: &Arc<Shared<Threads>>, index: usize) -> impl Drop + use<> {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            let worker = WORKER.take();
            drop(worker);
        }
    }
    WORKER.set(Some(Worker { shared: Arc::clone(shared), index }));
    Leave
}

/// The pool whose worker this thread is.
pub(super) fn pool() -> Option<Arc<Shared<Threads>>> {
    with_worker(|worker| Arc::clone(&worker.shared))
}

/// The slot index of this thread's worker, in its pool.
#[cfg(feature = "metrics")]
pub(super) fn index() -> Option<usize> {
    with_worker(|worker| worker.index)
}

/// Counts a job that the worker on this thread has run.
pub(super) fn count(finish: Finish) {
    with_worker(|worker| worker.shared.slots.slot(worker.index).counters.finished(finish));
}

fn with_worker<R>(f: impl FnOnce(&Worker) -> R) -> Option<R> {
    // A thread whose locals are being destroyed is no worker any more.
    WORKER.try_with(|worker| worker.borrow().as_ref().map(f)).ok().flatten()
}
