//! Statistics of a worker.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::error::process::ProcessError;
use crate::error::remote::RemoteError;
use crate::remote::engine::Settlement;
use crate::sync::{Mutex, MutexGuard};

/// A snapshot of a [`Worker`](super::Worker), from [`Worker::metrics`](super::Worker::metrics).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerMetrics {
    /// Tasks that run.
    pub running: usize,
    /// Deliveries.
    pub delivered: u64,
    /// Tasks whose outcome is stored, by outcome.
    pub done: TaskOutcomes,
    /// Attempts that failed and will be repeated.
    pub retried: u64,
    /// Tasks that have failed for good, and are kept as dead letters. Their outcomes are in `done`.
    pub dead: u64,
    /// Deliveries whose end could not be told to the engine, or whose lease was lost: another
    /// worker gets the task.
    pub lost: u64,
    /// Pulls that have failed, because the engine could not be reached.
    pub pull_errors: u64,
    /// The last error of a pull.
    pub last_pull_error: Option<Error>,
    /// Total time of attempts.
    pub total_run_time: Duration,
}

/// Tasks by outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskOutcomes {
    /// The function returned, a value or an error.
    pub completed: u64,
    /// The function panicked.
    pub panicked: u64,
    /// The last attempt crashed its process, or its worker.
    pub crashed: u64,
    /// The last attempt did not return in time.
    pub timed_out: u64,
    /// The deadline passed in the queue.
    pub expired: u64,
    /// The task was cancelled.
    pub cancelled: u64,
    /// This program does not have the function.
    pub unknown: u64,
    /// Anything else: a value that cannot be encoded, decoded or stored.
    pub failed: u64,
}

impl TaskOutcomes {
    /// The sum.
    #[must_use]
    pub fn total(&self) -> u64 {
        let Self { completed, panicked, crashed, timed_out, expired, cancelled, unknown, failed } =
            self;
        [completed, panicked, crashed, timed_out, expired, cancelled, unknown, failed]
            .into_iter()
            .sum()
    }

    fn count(&mut self, error: Option<&Error>) {
        *match error {
            None => &mut self.completed,
            Some(Error::Cancelled) => &mut self.cancelled,
            Some(Error::Process(ProcessError::Panicked(_))) => &mut self.panicked,
            Some(Error::Process(ProcessError::Crashed(_))) => &mut self.crashed,
            Some(Error::Remote(error)) => match error {
                RemoteError::TimedOut { .. } => &mut self.timed_out,
                RemoteError::Expired { .. } => &mut self.expired,
                RemoteError::UnknownTask { .. } => &mut self.unknown,
                RemoteError::Dead { cause: None, .. } => &mut self.crashed,
                RemoteError::Dead { cause: Some(cause), .. } => return self.count(Some(cause)),
                _ => &mut self.failed,
            },
            Some(_) => &mut self.failed,
        } += 1;
    }
}

#[derive(Default)]
pub(super) struct Stats(Mutex<WorkerMetrics>);

impl Stats {
    fn lock(&self) -> MutexGuard<'_, WorkerMetrics> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn snapshot(&self) -> WorkerMetrics {
        self.lock().clone()
    }

    pub(super) fn delivered(&self) {
        self.lock().delivered += 1;
    }

    /// Counts a task as running until the guard is dropped.
    pub(super) fn running(&self) -> Running<'_> {
        self.lock().running += 1;
        Running { stats: self, started: Instant::now() }
    }

    pub(super) fn settled(&self, how: &Settlement) {
        let mut metrics = self.lock();
        match how {
            Settlement::Complete(outcome) => metrics.done.count(outcome.error()),
            Settlement::Dead(outcome) => {
                metrics.dead += 1;
                metrics.done.count(outcome.error());
            }
            Settlement::Retry { .. } => metrics.retried += 1,
            Settlement::GiveBack => {}
        }
    }

    pub(super) fn lost(&self) {
        self.lock().lost += 1;
    }

    pub(super) fn count_pull_error(&self, error: &Error) {
        let mut metrics = self.lock();
        metrics.pull_errors += 1;
        metrics.last_pull_error = Some(error.clone());
    }
}

pub(super) struct Running<'a> {
    stats: &'a Stats,
    started: Instant,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut metrics = self.stats.lock();
        metrics.running -= 1;
        metrics.total_run_time += self.started.elapsed();
    }
}
