//! The metrics of a pool.

use super::counters::Totals;
#[cfg(feature = "metrics")]
use super::quantiles::Quantiles;
use super::shared::Shared;
use super::threads::Threads;
use crate::sync::Ordering::Relaxed;

/// Counts of a pool at some recent moment.
///
/// Each count is exact by itself. Jobs go on while the counts are read, so they may not add up.
/// Counting costs one addition per job, to a counter that no other thread writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolMetrics {
    /// Threads that exist or are being spawned.
    pub threads: usize,
    /// The most threads there may be: [`max_threads`](super::BlockingPool::max_threads).
    pub max_threads: usize,
    /// Threads that wait for work.
    pub idle: usize,
    /// Jobs in the queue, including cancelled jobs that no worker has removed yet.
    pub queued: usize,
    /// How many jobs may be queued, if that is limited:
    /// [`queue_capacity`](super::BlockingPool::queue_capacity).
    pub queue_capacity: Option<usize>,
    /// Threads that run jobs.
    pub running: usize,
    /// Jobs that ran to completion.
    pub completed: u64,
    /// Jobs that were cancelled or discarded while they were queued; counted when they are removed
    /// from the queue.
    pub cancelled: u64,
    /// Jobs that panicked.
    pub panicked: u64,
    /// Jobs that were rejected: the queue was full, or the pool was shut down.
    pub rejected: u64,
    /// Threads that could not be spawned.
    pub spawn_failures: u64,
    /// How long jobs were queued until they started or were cancelled, if the builder's
    /// [`metrics`](super::BlockingPoolBuilder::metrics) are on. Requires the feature `metrics`.
    #[cfg(feature = "metrics")]
    pub queue_wait: Option<Quantiles>,
    /// How long jobs ran, likewise.
    #[cfg(feature = "metrics")]
    pub run_time: Option<Quantiles>,
}

impl PoolMetrics {
    pub(super) fn of(shared: &Shared<Threads>) -> Self {
        // Before the counters: see `WorkerSlots::idle`.
        let idle = shared.slots.idle();
        let mut totals = Totals::default();
        shared.slots.iter().for_each(|slot| slot.counters.add_to(&mut totals));
        #[cfg(feature = "metrics")]
        let (queue_wait, run_time) =
            shared.host.timings.as_ref().map(|timings| timings.quantiles()).unzip();
        let thread_count = shared.thread_count.load();
        // Relaxed: statistics.
        Self {
            threads: thread_count.threads(),
            max_threads: thread_count.max(),
            idle,
            queued: shared.queue.len(),
            queue_capacity: shared.host.queue_permits.as_ref().map(|permits| permits.capacity()),
            running: totals.running,
            completed: totals.completed,
            cancelled: totals.cancelled + shared.host.discarded.load(Relaxed),
            panicked: totals.panicked,
            rejected: shared.host.rejected.load(Relaxed),
            spawn_failures: shared.host.spawn_failures.load(Relaxed),
            #[cfg(feature = "metrics")]
            queue_wait,
            #[cfg(feature = "metrics")]
            run_time,
        }
    }
}
