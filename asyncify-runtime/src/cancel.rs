//! Cancellation as a running body sees it.

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
