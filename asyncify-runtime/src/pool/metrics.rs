//! What a pool tells about itself.

use super::core::Core;
use super::counters::Totals;
#[cfg(feature = "metrics")]
use super::quantiles::Quantiles;
use super::threads::Threads;
use crate::sync::Ordering::Relaxed;

/// Counts of a pool at some recent moment.
///
/// Every number is right by itself; as jobs go on while they are read, sums may be off by those.
/// Keeping them costs a job one addition to a number that no other thread writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolMetrics {
    /// Threads that exist or are being made.
    pub threads: usize,
    /// Threads that wait for work.
    pub idle: usize,
    /// Jobs in the queue. Counts jobs that were cancelled until a worker comes across them.
    pub queued: usize,
    /// Threads that run jobs.
    pub running: usize,
    /// Jobs that ran to their end.
    pub completed: u64,
    /// Jobs that were cancelled or discarded while they were queued, as found by the workers.
    pub cancelled: u64,
    /// Jobs that panicked.
    pub panicked: u64,
    /// Jobs that were refused: the queue was full, or the pool was shut down.
    pub rejected: u64,
    /// Threads that could not be made.
    pub spawn_failures: u64,
    /// How long jobs were queued until they started or were cancelled, if the builder's
    /// [`metrics`](super::BlockingPoolBuilder::metrics) are on. Only with the feature `metrics`.
    #[cfg(feature = "metrics")]
    pub queue_wait: Option<Quantiles>,
    /// How long jobs ran, likewise.
    #[cfg(feature = "metrics")]
    pub run_time: Option<Quantiles>,
}

impl PoolMetrics {
    pub(super) fn of(core: &Core<Threads>) -> Self {
        // First: see `Roster::idle`.
        let idle = core.roster.idle();
        let mut totals = Totals::default();
        core.roster.slots().for_each(|slot| slot.counters.add_to(&mut totals));
        #[cfg(feature = "metrics")]
        let (queue_wait, run_time) =
            core.host.timings.as_ref().map(|timings| timings.quantiles()).unzip();
        // Relaxed: counts for people.
        Self {
            threads: core.census.count().threads(),
            idle,
            queued: core.queue.len(),
            running: totals.running,
            completed: totals.completed,
            cancelled: totals.cancelled + core.host.discarded.load(Relaxed),
            panicked: totals.panicked,
            rejected: core.host.rejected.load(Relaxed),
            spawn_failures: core.host.spawn_failures.load(Relaxed),
            #[cfg(feature = "metrics")]
            queue_wait,
            #[cfg(feature = "metrics")]
            run_time,
        }
    }
}
