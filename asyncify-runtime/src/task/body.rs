//! The body of a task.

use std::marker::PhantomData;

/// Runs once, on a blocking thread.
pub(crate) trait Body {
    /// The type of the result.
    type Output;

    /// Runs the body. Returns `None` if it was cancelled and stopped early.
    fn run(self) -> Option<Self::Output>;

    /// The task's name in traces and in the console: the path of the function that contains the
    /// body.
    #[cfg(any(feature = "tracing", feature = "console"))]
    fn name() -> &'static str;
}

/// A blocking closure; the type `N` gives it its name.
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

    #[cfg(any(feature = "tracing", feature = "console"))]
    fn name() -> &'static str {
        path_of::<N>()
    }
}

/// Returns the path of the function that contains a closure of type `N`.
#[cfg(any(feature = "tracing", feature = "console"))]
pub(crate) fn path_of<N>() -> &'static str {
    let name = std::any::type_name::<N>();
    name.find("::{{closure}}").map_or(name, |end| &name[..end])
}
