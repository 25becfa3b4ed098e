//! The body of an async function, as a task runs it.

use std::marker::PhantomData;

use super::block_on::drive;
use crate::task::Body;
#[cfg(feature = "tracing")]
use crate::task::path_of;

/// A closure whose future blocks: it is made and driven on the pool thread, and need not be
/// `Send`. Named after `N`.
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

    #[cfg(feature = "tracing")]
    fn name() -> &'static str {
        path_of::<N>()
    }
}
