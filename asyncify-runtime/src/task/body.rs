//! What a task runs: a blocking closure, or one that makes a future to be driven on the spot.

use crate::drive::drive;

/// Something to run once on a blocking thread.
pub(crate) trait Body {
    /// What it makes.
    type Output;

    /// Runs it. `None`: it noticed its cancellation and stopped.
    fn run(self) -> Option<Self::Output>;
}

/// A blocking closure.
pub(crate) struct SyncBody<F>(pub(crate) F);

impl<F: FnOnce() -> T, T> Body for SyncBody<F> {
    type Output = T;

    fn run(self) -> Option<T> {
        Some((self.0)())
    }
}

/// A closure whose future blocks: it is made and driven on the pool thread, and need not be
/// `Send`.
pub(crate) struct AsyncBody<F>(pub(crate) F);

impl<F: FnOnce() -> Fut, Fut: Future> Body for AsyncBody<F> {
    type Output = Fut::Output;

    fn run(self) -> Option<Fut::Output> {
        drive((self.0)())
    }
}
