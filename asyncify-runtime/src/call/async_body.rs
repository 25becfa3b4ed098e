//! The body of a task that is an async function.

use std::marker::PhantomData;

use super::block_on::drive;
use crate::task::Body;
#[cfg(any(feature = "tracing", feature = "console"))]
use crate::task::path_of;

/// A closure that returns a blocking future, which is created and driven on the pool's thread and
/// need not be `Send`. The type `N` gives the task its name.
pub(crate) struct AsyncBody<F, N = F>(F, PhantomData<fn() -> N>);

impl<F, N> AsyncBody<F, N> {
    pub(crate) fn new(body: F) -> Self {
        Self(body, PhantomData)
    }
}

impl<F: FnOnce() -> Fut, Fut: Future, N> Body for AsyncBody<F, N> {
    type Output = Fut::Output;

    fn run(self) -> Option<Fut::Output> {
        drive((self.0)())
    }

    #[cfg(any(feature = "tracing", feature = "console"))]
    fn name() -> &'static str {
        path_of::<N>()
    }
}
