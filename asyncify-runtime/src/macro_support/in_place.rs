//! Bodies that run where their callers stand.

use crate::call::block_on;

/// An argument of a body that runs in place.
pub struct Here<T>(T);

/// Holds an argument, for the body to take whole.
pub fn here<T>(value: T) -> Here<T> {
    Here(value)
}

impl<T> Here<T> {
    /// The argument itself.
    pub fn take(self) -> T {
        self.0
    }
}

/// Runs a body on this thread.
///
/// A tokio runtime with several threads is told, and has another thread go on with the tasks of
/// this one. Outside of tokio the body just runs.
///
/// # Panics
///
/// On a current-thread runtime, whose other tasks would have nobody to run them. Inside of a body
/// there is nobody to hold up, whatever the runtime.
pub fn in_place<R>(body: impl FnOnce() -> R) -> R {
    #[cfg(feature = "in_place")]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        let has_one_thread =
            runtime.runtime_flavor() == tokio::runtime::RuntimeFlavor::CurrentThread;
        assert!(
            !has_one_thread || crate::task::current::is_in_body(),
            "`in_place` would stop every task of a current-thread runtime: \
             use a multi-thread runtime, or annotate the function without `in_place`"
        );
        return tokio::task::block_in_place(body);
    }
    body()
}

/// The same for a body that is async and blocks.
pub fn in_place_async<F: Future>(body: impl FnOnce() -> F) -> F::Output {
    in_place(|| block_on(body()))
}
