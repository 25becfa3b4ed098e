//! Cancellation as a running body sees it.

use crate::cancel::CancellationToken;
use crate::error::Error;
use crate::task::current;

/// Whether the call that runs on this thread has been cancelled: its caller dropped the future, or
/// aborted the handle.
///
/// A blocking body cannot be stopped from outside; one that runs long asks now and then and
/// returns early. Asking costs one load. Outside of any call the answer is false.
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

/// [`is_cancelled`] as an error to return with `?`.
///
/// # Errors
///
/// [`Error::Cancelled`], once the call that runs on this thread has been cancelled.
pub fn check_cancelled() -> Result<(), Error> {
    if is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
}

/// The token of the call that runs on this thread, to be cloned, awaited or handed on.
///
/// It is cancelled when [`is_cancelled`] turns true. Made at the first question, so calls that do
/// not ask pay nothing. Outside of any call it is a token that nobody cancels.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{asyncify, cancellation_token};
///
/// # futures::executor::block_on(async {
/// let lines = asyncify!(|| {
///     let token = cancellation_token();
///     let reader = std::thread::spawn(move || (0..1_000).take_while(|_| !token.is_cancelled()).count());
///     reader.join().unwrap()
/// });
/// assert_eq!(lines.await, 1_000);
/// # });
/// ```
#[must_use]
pub fn cancellation_token() -> CancellationToken {
    current::cancellation_token().unwrap_or_default()
}
