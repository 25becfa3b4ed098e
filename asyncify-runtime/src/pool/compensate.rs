//! One thread more while a worker waits.

use super::core::Core;
use super::current;
use super::threads::Threads;
use std::sync::Arc;

/// While it lives, the pool may have one thread more.
#[must_use = "the pool shrinks back when the guard is dropped"]
pub(crate) struct CompensateGuard(Arc<Core<Threads>>);

/// Called on a worker that is about to wait for a future: what it waits for may need a thread of
/// the same pool, which may have no other. `None`: this thread is no
/// worker, or its pool is to have one thread whatever happens.
///
/// The thread above the limit ends when it is next called or done with a job after the guard was
/// dropped, or by its keep-alive; meanwhile the next guard finds it there.
pub(crate) fn compensate() -> Option<CompensateGuard> {
    let core = current::pool().filter(|core| core.host.lends())?;
    core.census.lend();
    core.made_room();
    Some(CompensateGuard(core))
}

impl Drop for CompensateGuard {
    fn drop(&mut self) {
        self.0.census.take_back();
    }
}
