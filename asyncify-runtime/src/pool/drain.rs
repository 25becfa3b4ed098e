//! The end of a program: waits for the pools of the process.

use super::global::started;
use crate::util::park;
use std::time::{Duration, Instant};

/// A guard that waits for the [global](crate::global()) pool and the [`cpu`](crate::cpu) pool when
/// it is dropped, so that calls without a caller finish before the process ends.
///
/// The process does not wait for its blocking threads when `main` returns, so a call that nobody
/// awaits, such as `drop(spawn_blocking(cleanup))` in a destructor, may be lost. The guard waits
/// until no call of these pools is queued or running, but not longer than its time limit. The pools
/// accept calls during the wait, and it includes the calls that others make.
///
/// Make it the first variable of `main`, which is dropped last: also after an async runtime, whose
/// tasks may make such calls when they are dropped.
/// [`#[asyncify_runtime::main]`](macro@crate::main) does this. Dropping the guard blocks the
/// thread.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use asyncify_runtime::{DrainGuard, spawn_blocking};
///
/// fn main() {
///     let _guard = DrainGuard::new(Duration::from_secs(10));
///     drop(spawn_blocking(|| println!("printed before the process ends")));
/// }
/// ```
#[derive(Debug)]
#[must_use = "dropping the guard waits for the calls"]
pub struct DrainGuard {
    timeout: Duration,
}

impl DrainGuard {
    /// Creates a guard that waits for at most `timeout`.
    pub fn new(timeout: Duration) -> Self {
        Self { timeout }
    }
}

impl Drop for DrainGuard {
    fn drop(&mut self) {
        // A deadline that the clock cannot represent is none.
        let deadline = Instant::now().checked_add(self.timeout);
        // A call of one pool may make calls on another that was idle before.
        while !started().all(|(_, pool)| pool.is_idle()) {
            for (_, pool) in started() {
                if park::block_on_until(pool.wait_idle(), deadline).is_none() {
                    return;
                }
            }
        }
    }
}
