//! Which pool this thread works for.

use super::core::Core;
use super::threads::Threads;
use crate::task::Finish;
use std::cell::RefCell;
use std::sync::Arc;

struct Worker {
    core: Arc<Core<Threads>>,
    number: usize,
}

thread_local! {
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// Marks this thread as that worker of the pool until dropped.
pub(super) fn enter(core: &Arc<Core<Threads>>, number: usize) -> impl Drop + use<> {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            let worker = WORKER.take();
            drop(worker);
        }
    }
    WORKER.set(Some(Worker { core: Arc::clone(core), number }));
    Leave
}

/// The pool that this thread is a worker of.
pub(super) fn pool() -> Option<Arc<Core<Threads>>> {
    with_worker(|worker| Arc::clone(&worker.core))
}

/// The worker's number, in whichever pool.
#[cfg(feature = "metrics")]
pub(super) fn number() -> Option<usize> {
    with_worker(|worker| worker.number)
}

/// Counts a job that the worker on this thread has run.
pub(super) fn count(finish: Finish) {
    with_worker(|worker| worker.core.roster.slot(worker.number).counters.finished(finish));
}

fn with_worker<R>(f: impl FnOnce(&Worker) -> R) -> Option<R> {
    // A thread whose locals are being destroyed works for nobody.
    WORKER.try_with(|worker| worker.borrow().as_ref().map(f)).ok().flatten()
}
