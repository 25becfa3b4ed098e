//! Bodies that run on the caller's thread.

use crate::call::block_on;

/// An argument of a body that runs in place.
pub struct InPlaceArgument<T>(T);

/// Wraps an argument, which the body takes.
pub fn in_place_argument<T>(value: T) -> InPlaceArgument<T> {
    InPlaceArgument(value)
}

impl<T> InPlaceArgument<T> {
    /// Returns the argument.
    pub fn take(self) -> T {
        self.0
    }
}

/// Runs a body on this thread.
///
/// On a multi-thread tokio runtime, the other tasks of this thread are moved to another thread
/// (`block_in_place`). Outside of tokio, the body is simply called.
///
/// # Panics
///
/// Panics on a current-thread runtime, because its other tasks could not run. Within a blocking
/// body it does not panic, because such a thread runs no tasks.
pub fn in_place<R>(body: impl FnOnce() -> R) -> R {
    #[cfg(feature = "in_place")]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        let has_one_thread =
            runtime.runtime_flavor() == tokio::runtime::RuntimeFlavor::CurrentThread;
        assert!(
            !has_one_thread || crate::task::current::is_in_body(),
            "`in_place` would block all tasks of a current-thread runtime: \
             use a multi-thread runtime, or remove `in_place`"
        );
        return tokio::task::block_in_place(body);
    }
    body()
}

/// As [`in_place`], for an async body.
pub fn in_place_async<F: Future>(body: impl FnOnce() -> F) -> F::Output {
    in_place(|| block_on(body()))
}
