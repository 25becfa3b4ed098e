//! Calls of async functions from sync code.
//!
//! The future is driven on the caller's thread, so its arguments are not moved and may be borrowed.
//! It runs in the current runtime, which within a body is that of the call's caller, or otherwise
//! in the [`background`] runtime.

#[cfg(feature = "tokio")]
mod background;

use std::cell::Cell;
use std::future::poll_fn;
use std::panic;
use std::pin::pin;

use crate::call::block_on;
use crate::util::catch;

/// Blocks the current thread on the future of an async function.
///
/// # Panics
///
/// Panics on a thread that drives a tokio runtime, which would be blocked. A panic of the future is
/// propagated.
#[track_caller]
pub fn to_sync<F: Future>(future: F) -> F::Output {
    #[cfg(feature = "tokio")]
    let _runtime = background::enter_where_there_is_none();
    let mut future = pin!(future);
    let was_polled = Cell::new(false);
    let polled = poll_fn(|cx| {
        was_polled.set(true);
        future.as_mut().poll(cx)
    });
    let error = match catch(|| block_on(polled)) {
        Ok(output) => return output,
        Err(error) => error,
    };
    if was_polled.get() {
        panic::resume_unwind(error);
    }
    // The message of the runtime does not tell how to solve the problem.
    panic!(
        "blocking version of an async function called in async code, whose thread it would block: \
         `.await` the async function instead"
    )
}
