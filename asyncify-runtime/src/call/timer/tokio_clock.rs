//! The timers of the caller's tokio runtime, if it has them.

use std::cell::Cell;
use std::pin::Pin;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::time::Sleep;

use crate::util::catch;

thread_local! {
    /// A runtime without timers was used on this thread. tokio can tell only by a panic, which the
    /// panic hook reports, so this is tried once.
    static HAS_NO_TIMERS: Cell<bool> = const { Cell::new(false) };
}

/// Returns a timer of the current runtime. `None`: there is no runtime, or it has no timers.
pub(super) fn sleep(after: Duration) -> Option<Pin<Box<Sleep>>> {
    Handle::try_current().ok()?;
    if HAS_NO_TIMERS.get() && !is_paused() {
        return None;
    }
    let sleep = catch(|| Box::pin(tokio::time::sleep(after))).ok();
    HAS_NO_TIMERS.set(sleep.is_none());
    sleep
}

/// Returns whether the runtime's clock is tokio's test clock, which has stood still at some time.
fn is_paused() -> bool {
    let before = Instant::now();
    let now = tokio::time::Instant::now().into_std();
    now < before || now > Instant::now()
}
