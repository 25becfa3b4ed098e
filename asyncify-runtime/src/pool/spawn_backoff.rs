//! When to try to spawn a thread again, after a failure.

use crate::sync::{AtomicU64, Ordering::Relaxed};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Short enough not to be noticed, long enough to spare submitters a failing system call per job.
pub(super) const DELAY: Duration = Duration::from_millis(1);

/// Relaxed: a hint, which may be out of date.
pub(super) struct SpawnBackoff {
    /// The first failure.
    start: OnceLock<Instant>,
    /// When the backoff ends, in nanoseconds after `start`; 0: there is none.
    end: AtomicU64,
}

impl SpawnBackoff {
    pub(super) fn new() -> Self {
        Self { start: OnceLock::new(), end: AtomicU64::new(0) }
    }

    /// A thread could not be spawned.
    pub(super) fn failed(&self) {
        self.end.store(self.after(DELAY), Relaxed);
    }

    pub(super) fn is_over(&self) -> bool {
        let end = self.end.load(Relaxed);
        // The common case does not read the clock.
        end == 0 || end <= self.after(Duration::ZERO)
    }

    fn after(&self, delay: Duration) -> u64 {
        u64::try_from((self.start.get_or_init(Instant::now).elapsed() + delay).as_nanos())
            .unwrap_or(u64::MAX)
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_followed_by_a_backoff_that_ends() {
        let backoff = SpawnBackoff::new();
        assert!(backoff.is_over());
        backoff.failed();
        std::thread::sleep(DELAY);
        assert!(backoff.is_over(), "the backoff ends");
        backoff.end.store(u64::MAX, Relaxed);
        assert!(!backoff.is_over(), "the backoff lasts");
    }
}
