//! Cancellation, as a running body observes it.

use crate::cancel::CancellationToken;
use crate::error::Error;
use crate::task::current;

/// Returns `true` if the call that runs on this thread was cancelled: its future was dropped, or
/// its handle was aborted.
///
/// A blocking body cannot be stopped from outside. A body that runs for a long time should check
/// this function regularly and return early. A check costs one atomic load. Outside of a call, this
/// function returns `false`.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{is_cancelled, sync_to_async};
///
/// #[sync_to_async]
/// fn count_primes(below: u64) -> usize {
///     (2..below)
///         .take_while(|_| !is_cancelled())
///         .filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0))
///         .count()
/// }
///
/// # futures::executor::block_on(async {
/// assert_eq!(count_primes(100).await, 25);
/// # });
/// ```
#[must_use]
pub fn is_cancelled() -> bool {
    #[cfg(all(feature = "process", target_os = "linux"))]
    if crate::process::is_cancelled() {
        return true;
    }
    current::is_cancelled()
}

/// Returns an error if the call that runs on this thread was cancelled, for use with `?`.
///
/// # Errors
///
/// Returns [`Error::Cancelled`] when [`is_cancelled`] returns `true`.
pub fn check_cancelled() -> Result<(), Error> {
    if is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
}

/// Returns the cancellation token of the call that runs on this thread.
///
/// The token is cancelled when [`is_cancelled`] becomes `true`, and can be cloned, awaited, or sent
/// to other threads. It is created on first use, so calls that do not use it pay nothing. Outside
/// of a call, this function returns a new token that is never cancelled.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{asyncify, cancellation_token};
///
/// # futures::executor::block_on(async {
/// let lines = asyncify!(|| {
///     let token = cancellation_token();
///     let read = move || (0..1_000).take_while(|_| !token.is_cancelled()).count();
///     std::thread::spawn(read).join().unwrap()
/// });
/// assert_eq!(lines.await, 1_000);
/// # });
/// ```
#[must_use]
pub fn cancellation_token() -> CancellationToken {
    current::cancellation_token().unwrap_or_default()
}
