//! One thread more while a worker waits.

use super::core::Core;
use super::current;
use super::host::Host;
use std::sync::Arc;

/// Called on a worker that is about to wait for a future: what it waits for may need a thread of
/// the same pool, which may have no other. `None`: this thread is no
/// worker, or its pool is to have one thread whatever happens.
#[must_use = "the pool shrinks back when the guard is dropped"]
pub(crate) fn compensate() -> Option<impl Drop> {
    current::pool().filter(|core| core.host.lends()).map(Loan::new)
}

/// While it lives, the pool may have one thread more.
///
/// The thread above the limit ends when it is next called or done with a job after the loan was
/// taken back, or by its keep-alive; meanwhile the next loan finds it there.
pub(super) struct Loan<H: Host>(Arc<Core<H>>);

impl<H: Host> Loan<H> {
    pub(super) fn new(core: Arc<Core<H>>) -> Self {
        core.census.lend();
        core.made_room();
        Self(core)
    }
}

impl<H: Host> Drop for Loan<H> {
    fn drop(&mut self) {
        self.0.census.take_back();
    }
}
