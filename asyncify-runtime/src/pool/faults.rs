//! Thread creation that fails on demand, for tests.

use crate::sync::unmodelled::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::io;

/// Relaxed: set before the pool is used, or while nothing hangs on the moment.
#[derive(Default)]
pub(super) struct Faults {
    tried: AtomicUsize,
    /// Every n-th creation fails; 0: none does.
    every: AtomicUsize,
    /// Whether a failure takes longer than the pause that follows it.
    slow: AtomicBool,
}

#[cfg_attr(any(asyncify_loom, asyncify_shuttle), allow(dead_code, reason = "no model's"))]
impl Faults {
    pub(super) fn fail_every(&self, nth: usize) {
        self.every.store(nth, Relaxed);
    }

    pub(super) fn fail_slowly(&self) {
        self.slow.store(true, Relaxed);
    }

    pub(super) fn strike(&self) -> io::Result<()> {
        let tried = self.tried.fetch_add(1, Relaxed) + 1;
        match self.every.load(Relaxed) {
            0 => Ok(()),
            nth if tried % nth == 0 => {
                if self.slow.load(Relaxed) {
                    std::thread::sleep(2 * super::retry::PAUSE);
                }
                Err(io::ErrorKind::WouldBlock.into())
            }
            _ => Ok(()),
        }
    }
}
