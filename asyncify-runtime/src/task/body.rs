//! What a task runs.

use std::marker::PhantomData;

/// Something to run once on a blocking thread.
pub(crate) trait Body {
    /// What it makes.
    type Output;

    /// Runs it. `None`: it noticed its cancellation and stopped.
    fn run(self) -> Option<Self::Output>;

    /// What to call it where tasks are listed: the path of the function that it came from.
    #[cfg(feature = "tracing")]
    fn name() -> &'static str;
}

/// A blocking closure, named after `N`.
pub(crate) struct SyncBody<F, N = F>(F, PhantomData<fn() -> N>);

impl<F, N> SyncBody<F, N> {
    pub(crate) fn new(body: F) -> Self {
        Self(body, PhantomData)
    }
}

impl<F: FnOnce() -> T, T, N> Body for SyncBody<F, N> {
    type Output = T;

    fn run(self) -> Option<T> {
        Some((self.0)())
    }

    #[cfg(feature = "tracing")]
    fn name() -> &'static str {
        path_of::<N>()
    }
}

/// The path of the function in which a closure of type `N` stands.
#[cfg(feature = "tracing")]
pub(crate) fn path_of<N>() -> &'static str {
    let name = std::any::type_name::<N>();
    name.find("::{{closure}}").map_or(name, |end| &name[..end])
}
