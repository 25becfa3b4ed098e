//! Statistics of a pool.

use std::time::Duration;

use crate::error::Error;
use crate::error::process::ProcessError;
#[cfg(feature = "metrics")]
use crate::pool::Quantiles;

/// A snapshot of a [`Pool`](super::Pool), from [`Pool::metrics`](super::Pool::metrics).
///
/// The fields that a pool of threads has too have the names of [`PoolMetrics`](crate::PoolMetrics).
/// `spawned` is always the sum of `workers` and [`ended.total()`](Ended::total).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Worker processes that exist, including those that are not ready yet.
    pub workers: usize,
    /// The most workers there may be: [`max_workers`](super::Builder::max_workers).
    pub max_workers: usize,
    /// Workers without a call.
    pub idle: usize,
    /// Workers that run a call.
    pub running: usize,
    /// Calls in the queue.
    pub queued: usize,
    /// How many calls may be queued, if that is [limited](super::Builder::queue_capacity).
    pub queue_capacity: Option<usize>,
    /// Processes that were started.
    pub spawned: u64,
    /// Processes that have ended, by reason.
    pub ended: Ended,
    /// Failed attempts to start a worker, with a process or without.
    pub spawn_failures: u64,
    /// Calls that have ended, by result.
    pub calls: Calls,
    /// Calls that were given to another worker, because the first died before reading them.
    pub retried: u64,
    /// Encoded size of all arguments.
    pub bytes_in: u64,
    /// Encoded size of all results.
    pub bytes_out: u64,
    /// Total time of calls in the queue.
    pub total_queue_wait: Duration,
    /// Total time of calls in a worker.
    pub total_run_time: Duration,
    /// How long calls were queued, of the calls that have ended. Requires the feature `metrics`.
    #[cfg(feature = "metrics")]
    pub queue_wait: Quantiles,
    /// How long calls ran in a worker, likewise.
    #[cfg(feature = "metrics")]
    pub run_time: Quantiles,
}

macro_rules! exit_reasons {
    ($($(#[doc = $doc:literal])* $field:ident: $Reason:ident,)*) => {
        /// Worker processes that have ended, by reason.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Ended {
            $($(#[doc = $doc])* pub $field: u64,)*
        }

        /// Why a worker process has ended.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum ExitReason {
            $($Reason,)*
        }

        impl Ended {
            /// The sum.
            #[must_use]
            pub fn total(&self) -> u64 {
                [$(self.$field),*].into_iter().sum()
            }

            /// Each reason, with its count.
            #[cfg(feature = "metrics")]
            pub(crate) const BY_REASON: &[(&str, fn(&Metrics) -> u64)] =
                &[$((stringify!($field), |metrics| metrics.ended.$field)),*];

            pub(crate) fn count(&mut self, reason: ExitReason) {
                *match reason {
                    $(ExitReason::$Reason => &mut self.$field,)*
                } += 1;
            }
        }
    };
}

exit_reasons! {
    /// Died during a call.
    crashed: Crashed,
    /// Died between calls.
    died_idle: DiedIdle,
    /// Killed at the time-out of a call.
    timed_out: TimedOut,
    /// Killed because the future of a call was dropped.
    dropped: Dropped,
    /// Killed because they violated the protocol.
    protocol: Protocol,
    /// Killed because the thread that manages them failed.
    manager_failed: ManagerFailed,
    /// Died or were killed before they were ready.
    start_failed: StartFailed,
    /// Replaced after [`max_tasks`](super::Builder::max_tasks) calls.
    max_tasks: MaxTasks,
    /// Replaced for [`recycle_rss`](super::Builder::recycle_rss).
    rss: Rss,
    /// Exited after [`keep_alive`](super::Builder::keep_alive).
    idle: Idle,
    /// Exited, or were killed, when the pool was shut down.
    shut_down: ShutDown,
}

/// Calls that have ended, by result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Calls {
    /// The function returned, a value or an error.
    pub completed: u64,
    /// The function panicked.
    pub panicked: u64,
    /// The worker died.
    pub crashed: u64,
    /// The function did not return in time.
    pub timed_out: u64,
    /// The future was dropped while the call was queued or running.
    pub cancelled: u64,
    /// The queue was full, the pool was shut down, or no worker could be started.
    pub rejected: u64,
    /// Anything else: a value that cannot be encoded or decoded, a violation of the protocol.
    pub failed: u64,
}

impl Calls {
    pub(crate) fn count<T>(&mut self, result: &Result<T, Error>) {
        *match result {
            Ok(_) => &mut self.completed,
            Err(Error::Process(ProcessError::Panicked(_))) => &mut self.panicked,
            Err(Error::Process(ProcessError::Crashed(_))) => &mut self.crashed,
            Err(Error::Process(ProcessError::TimedOut { .. })) => &mut self.timed_out,
            Err(Error::Process(ProcessError::Start { .. } | ProcessError::Mismatch { .. })) => {
                &mut self.rejected
            }
            Err(Error::Process(_)) => &mut self.failed,
            Err(Error::Cancelled) => &mut self.cancelled,
            Err(_) => &mut self.rejected,
        } += 1;
    }
}
