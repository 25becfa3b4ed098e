//! What a pool has done, in numbers.

use std::time::Duration;

use super::error::ProcessError;
use crate::error::Error;
#[cfg(feature = "metrics")]
use crate::pool::Quantiles;

/// A snapshot of a [`Pool`](super::Pool), from [`Pool::metrics`](super::Pool::metrics).
///
/// The numbers of processes balance at any moment: `spawned` is `alive` and the sum of `ended`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Processes that live now, however they are occupied.
    pub alive: usize,
    /// Those that wait for a call.
    pub idle: usize,
    /// Those that run one.
    pub busy: usize,
    /// Calls that wait for a worker.
    pub queued: usize,
    /// Processes that were started.
    pub spawned: u64,
    /// Processes that have ended, and why.
    pub ended: Ended,
    /// Attempts to start a worker that failed, with a process or without.
    pub start_failures: u64,
    /// Calls that have ended, and how.
    pub calls: Calls,
    /// Calls whose worker had died before it read them, and that were given to another.
    pub retried: u64,
    /// Bytes of arguments that were sent.
    pub bytes_in: u64,
    /// Bytes of results that came back.
    pub bytes_out: u64,
    /// How long calls have waited for a worker, all together.
    pub queue_time: Duration,
    /// How long workers have been busy, all together.
    pub run_time: Duration,
    /// How `queue_time` is distributed over the calls that have ended. Only with the feature
    /// `metrics`.
    #[cfg(feature = "metrics")]
    pub queue_times: Quantiles,
    /// How `run_time` is, likewise.
    #[cfg(feature = "metrics")]
    pub run_times: Quantiles,
}

/// Why worker processes have ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// By themselves, while they ran a call.
    pub crashed: u64,
    /// By themselves or from outside, between calls.
    pub died_idle: u64,
    /// Killed because a call ran too long.
    pub timed_out: u64,
    /// Killed because the caller went away.
    pub dropped: u64,
    /// Killed because they broke the protocol.
    pub protocol: u64,
    /// Killed because the thread that manages them failed.
    pub manager_failed: u64,
    /// Before they were ready.
    pub start_failed: u64,
    /// Replaced after [`max_tasks`](super::Builder::max_tasks) calls.
    pub max_tasks: u64,
    /// Replaced for [`recycle_rss`](super::Builder::recycle_rss).
    pub rss: u64,
    /// For want of work, after [`idle_timeout`](super::Builder::idle_timeout).
    pub idle: u64,
    /// With the pool.
    pub shut_down: u64,
}

impl Ended {
    /// All of them.
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

/// Why one worker process has ended.
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

/// How calls have ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Calls {
    /// The function returned, a value or an error of its own.
    pub returned: u64,
    /// It panicked.
    pub panicked: u64,
    /// Its worker died.
    pub crashed: u64,
    /// It ran too long.
    pub timed_out: u64,
    /// The caller went away, while the call waited or ran.
    pub cancelled: u64,
    /// The pool had no place for it, was shut down, or could start no worker.
    pub refused: u64,
    /// Anything else: values that cannot be written or read, a broken protocol.
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
