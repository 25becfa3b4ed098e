//! Compensation: one more thread while a worker waits.

use super::current;
use super::host::Host;
use super::shared::Shared;
use std::sync::Arc;

/// Allows the pool one more thread while this worker waits for a future, which may need a thread of
/// the same pool. `None`: this thread is no worker, or its pool always has exactly one thread.
#[must_use = "dropping the guard lowers the pool's limit again"]
pub(crate) fn compensate() -> Option<impl Drop> {
    current::pool().filter(|pool| pool.host.compensates()).map(Compensation::new)
}

/// Raises the pool's thread limit by one until dropped.
///
/// After that, the thread above the limit exits when it is next unparked or has finished a job, or
/// when its keep-alive is over. Until then the next compensation uses it.
pub(super) struct Compensation<H: Host>(Arc<Shared<H>>);

impl<H: Host> Compensation<H> {
    pub(super) fn new(shared: Arc<Shared<H>>) -> Self {
        shared.thread_count.add_compensation();
        shared.limit_raised();
        Self(shared)
    }
}

impl<H: Host> Drop for Compensation<H> {
    fn drop(&mut self) {
        self.0.thread_count.remove_compensation();
    }
}
