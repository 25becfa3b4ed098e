//! When to try again to make a thread, after one could not be made.

use crate::sync::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Short for a person, long for a submitter that would otherwise pay a failing system call a job.
pub(super) const PAUSE: Duration = Duration::from_millis(1);

/// Relaxed: a hint, and nothing hangs on its being fresh.
pub(super) struct Retry {
    start: Instant,
    /// Nanoseconds after `start`; 0: at once.
    due: AtomicU64,
}

impl Retry {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), due: AtomicU64::new(0) }
    }

    pub(super) fn failed(&self) {
        self.due.store(self.after(PAUSE), Relaxed);
    }

    pub(super) fn is_due(&self) -> bool {
        let due = self.due.load(Relaxed);
        // The common case does not read the clock.
        due == 0 || due <= self.after(Duration::ZERO)
    }

    fn after(&self, pause: Duration) -> u64 {
        u64::try_from((self.start.elapsed() + pause).as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_followed_by_a_pause_that_ends() {
        let retry = Retry::new();
        assert!(retry.is_due());
        retry.failed();
        std::thread::sleep(PAUSE);
        assert!(retry.is_due(), "the pause ends");
        retry.due.store(u64::MAX, Relaxed);
        assert!(!retry.is_due(), "and is one");
    }
}
