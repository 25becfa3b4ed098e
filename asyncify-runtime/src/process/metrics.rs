//! Statistics of a pool.

use std::time::Duration;

use crate::error::Error;
use crate::error::process::ProcessError;
#[cfg(feature = "metrics")]
use crate::pool::Quantiles;

/// A snapshot of a [`Pool`](super::Pool), from [`Pool::metrics`](super::Pool::metrics).
///
/// `spawned` is always the sum of `alive` and [`ended.total()`](Ended::total).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Processes that are alive.
    pub alive: usize,
    /// Workers without a call.
    pub idle: usize,
    /// Workers that run a call.
    pub busy: usize,
    /// Calls in the queue.
    pub queued: usize,
    /// Processes that were started.
    pub spawned: u64,
    /// Processes that have ended, by reason.
    pub ended: Ended,
    /// Failed attempts to start a worker, with a process or without.
    pub start_failures: u64,
    /// Calls that have ended, by result.
    pub calls: Calls,
    /// Calls that were given to another worker, because the first died before reading them.
    pub retried: u64,
    /// Encoded size of all arguments.
    pub bytes_in: u64,
    /// Encoded size of all results.
    pub bytes_out: u64,
    /// Total time of calls in the queue.
    pub queue_time: Duration,
    /// Total time of calls in a worker.
    pub run_time: Duration,
    /// The distribution of `queue_time` over the calls that have ended. Only with the feature
    /// `metrics`.
    #[cfg(feature = "metrics")]
    pub queue_times: Quantiles,
    /// The distribution of `run_time`. Only with the feature `metrics`.
    #[cfg(feature = "metrics")]
    pub run_times: Quantiles,
}

/// Worker processes that have ended, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// Died during a call.
    pub crashed: u64,
    /// Died between calls.
    pub died_idle: u64,
    /// Killed at the time-out of a call.
    pub timed_out: u64,
    /// Killed because the future of a call was dropped.
    pub dropped: u64,
    /// Killed because they violated the protocol.
    pub protocol: u64,
    /// Killed because the thread that manages them failed.
    pub manager_failed: u64,
    /// Died or were killed before they were ready.
    pub start_failed: u64,
    /// Replaced after [`max_tasks`](super::Builder::max_tasks) calls.
    pub max_tasks: u64,
    /// Replaced for [`recycle_rss`](super::Builder::recycle_rss).
    pub rss: u64,
    /// Exited after [`idle_timeout`](super::Builder::idle_timeout).
    pub idle: u64,
    /// Exited, or were killed, when the pool was shut down.
    pub shut_down: u64,
}

impl Ended {
    /// The sum.
    #[must_use]
    pub fn total(&self) -> u64 {
        let Self {
            crashed,
            died_idle,
            timed_out,
            dropped,
            protocol,
            manager_failed,
            start_failed,
            max_tasks,
            rss,
            idle,
            shut_down,
        } = self;
        crashed
            + died_idle
            + timed_out
            + dropped
            + protocol
            + manager_failed
            + start_failed
            + max_tasks
            + rss
            + idle
            + shut_down
    }

    pub(crate) fn count(&mut self, end: ExitReason) {
        *match end {
            ExitReason::Crashed => &mut self.crashed,
            ExitReason::DiedIdle => &mut self.died_idle,
            ExitReason::TimedOut => &mut self.timed_out,
            ExitReason::Dropped => &mut self.dropped,
            ExitReason::Protocol => &mut self.protocol,
            ExitReason::ManagerFailed => &mut self.manager_failed,
            ExitReason::StartFailed => &mut self.start_failed,
            ExitReason::MaxTasks => &mut self.max_tasks,
            ExitReason::Rss => &mut self.rss,
            ExitReason::Idle => &mut self.idle,
            ExitReason::ShutDown => &mut self.shut_down,
        } += 1;
    }
}

/// Why a worker process has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitReason {
    Crashed,
    DiedIdle,
    TimedOut,
    Dropped,
    Protocol,
    ManagerFailed,
    StartFailed,
    MaxTasks,
    Rss,
    Idle,
    ShutDown,
}

/// Calls that have ended, by result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Calls {
    /// The function returned, a value or an error.
    pub returned: u64,
    /// The function panicked.
    pub panicked: u64,
    /// The worker died.
    pub crashed: u64,
    /// The function did not return in time.
    pub timed_out: u64,
    /// The future was dropped while the call was queued or running.
    pub cancelled: u64,
    /// The queue was full, the pool was shut down, or no worker could be started.
    pub refused: u64,
    /// Anything else: a value that cannot be encoded or decoded, a violation of the protocol.
    pub failed: u64,
}

impl Calls {
    pub(crate) fn count<T>(&mut self, result: &Result<T, Error>) {
        *match result {
            Ok(_) => &mut self.returned,
            Err(Error::Process(ProcessError::Panicked(_))) => &mut self.panicked,
            Err(Error::Process(ProcessError::Crashed(_))) => &mut self.crashed,
            Err(Error::Process(ProcessError::TimedOut { .. })) => &mut self.timed_out,
            Err(Error::Process(ProcessError::Start { .. } | ProcessError::Mismatch { .. })) => {
                &mut self.refused
            }
            Err(Error::Process(_)) => &mut self.failed,
            Err(Error::Cancelled) => &mut self.cancelled,
            Err(_) => &mut self.refused,
        } += 1;
    }
}
