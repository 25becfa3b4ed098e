//! Calls of async functions from sync code.
//!
//! The future is driven on the caller's thread, so its arguments are not moved and may be borrowed.
//! It runs in the current runtime, which within a body is that of the call's caller, or otherwise
//! in the [`background`] runtime.

#[cfg(feature = "tokio")]
mod background;

use crate::call::block_on;

/// Blocks the current thread on the future of an async function.
///
/// # Panics
///
/// Panics on a thread that drives a tokio runtime, which would be blocked. A panic of the future is
/// propagated.
#[track_caller]
pub fn to_sync<F: Future>(future: F) -> F::Output {
    #[cfg(feature = "tokio")]
    let _runtime = background::enter();
    block_on(future)
}
