//! The metrics of a watchdog.

use std::time::Duration;

// Not the modelled atomics: no protocol depends on these counters.
use crate::sync::unmodelled::{AtomicU64, Ordering::Relaxed};

/// Counts of a [`Watchdog`](super::Watchdog) at some recent moment, from
/// [`Watchdog::metrics`](super::Watchdog::metrics).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchdogMetrics {
    /// Threads that are blocked by a reported stall.
    pub stalled: usize,
    /// Stalls that were reported.
    pub stalls: u64,
    /// The total duration of the stalls that are over.
    pub total_stall_time: Duration,
}

/// Relaxed throughout: statistics.
#[derive(Default)]
pub(super) struct Counters {
    stalls: AtomicU64,
    over: AtomicU64,
    nanos: AtomicU64,
}

impl Counters {
    pub(super) fn started(&self) {
        self.stalls.fetch_add(1, Relaxed);
    }

    pub(super) fn ended(&self, duration: Duration) {
        // 64 bits of nanoseconds are 584 years.
        self.nanos.fetch_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX), Relaxed);
        self.over.fetch_add(1, Relaxed);
    }

    pub(super) fn metrics(&self) -> WatchdogMetrics {
        // In this order: a stall that starts in between does not make the difference negative.
        let over = self.over.load(Relaxed);
        let stalls = self.stalls.load(Relaxed);
        WatchdogMetrics {
            stalled: usize::try_from(stalls.saturating_sub(over)).unwrap_or(usize::MAX),
            stalls,
            total_stall_time: Duration::from_nanos(self.nanos.load(Relaxed)),
        }
    }
}
