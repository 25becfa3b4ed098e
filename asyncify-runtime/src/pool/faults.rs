//! Thread spawning that fails on demand, for tests.

use crate::sync::unmodelled::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::io;

/// Relaxed: set before the pool is used, or while nothing depends on the moment.
#[derive(Default)]
pub(super) struct Faults {
    attempts: AtomicUsize,
    /// Every n-th attempt fails; 0: none does.
    every: AtomicUsize,
    /// Whether a failure takes longer than the backoff that follows it.
    slow: AtomicBool,
}

#[cfg_attr(any(asyncify_loom, asyncify_shuttle), allow(dead_code, reason = "unused by models"))]
impl Faults {
    pub(super) fn fail_every(&self, nth: usize) {
        self.every.store(nth, Relaxed);
    }

    pub(super) fn fail_slowly(&self) {
        self.slow.store(true, Relaxed);
    }

    /// Fails if the next thread is to fail.
    pub(super) fn check(&self) -> io::Result<()> {
        let attempts = self.attempts.fetch_add(1, Relaxed) + 1;
        match self.every.load(Relaxed) {
            0 => Ok(()),
            nth if attempts % nth == 0 => {
                if self.slow.load(Relaxed) {
                    std::thread::sleep(2 * super::spawn_backoff::DELAY);
                }
                Err(io::ErrorKind::WouldBlock.into())
            }
            _ => Ok(()),
        }
    }
}
