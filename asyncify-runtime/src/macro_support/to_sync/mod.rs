//! The way back: an async function that is called from sync code.
//!
//! Its future is driven on the thread of the caller, so nothing moves and everything may be
//! borrowed. Only the runtime is chosen here: the one around, which in a body is that of the
//! call's caller, or else one in the [`background`].

#[cfg(feature = "tokio")]
mod background;

use std::cell::Cell;
use std::future::poll_fn;
use std::panic;
use std::pin::pin;

use crate::call::block_on;
use crate::util::catch;

/// Drives the future of an async function to its end.
///
/// # Panics
///
/// On a thread of a tokio runtime, which it would block. A panic of the future goes on.
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
    // What the runtime said about its own thread does not name the way out.
    panic!(
        "sync twin of an async function called in async code, whose thread it would block: \
         `.await` the async function there"
    )
}
