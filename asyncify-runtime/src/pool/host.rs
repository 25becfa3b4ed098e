//! The interface below the protocol: what runs a job, and what spawns a thread.

use super::shared::Shared;
use crate::task::Finish;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// What a pool runs on: real threads and tasks, or those of a model.
///
/// The protocol calls none of this while it holds a lock, except to wake or spawn a worker for the
/// late jobs of a closed pool. No method may unwind.
pub(super) trait Host: Send + Sync + Sized + 'static {
    type Job: Send + 'static;

    /// Spawns a thread that calls [`worker::run`](super::worker::run) with this slot index and
    /// start reason.
    fn spawn(
        &self,
        shared: &Arc<Shared<Self>>,
        index: usize,
        reason: StartReason,
    ) -> io::Result<()>;

    /// Whether spawning a thread is worth a try: it is not right after a failure.
    fn may_spawn(&self) -> bool;

    /// Runs a job.
    fn run(&self, job: Self::Job) -> Finish;

    /// Drops a job that was accepted and is not to run any more.
    fn discard(&self, job: Self::Job);

    /// Refuses a job that came too late: the pool has run all others and terminated.
    fn refuse(&self, job: Self::Job);

    /// How long an idle worker parks before it exits.
    fn keep_alive(&self) -> Duration;

    /// A worker is about to exit, in a pool that is closed or not.
    fn worker_exiting(&self, closed: bool);

    /// Notifies the waiters for an idle pool and for its termination: a worker went idle or exited,
    /// or no worker could be woken or spawned.
    fn notify_waiters(&self, shared: &Shared<Self>);

    /// A worker is about to be notified.
    fn waking(&self);

    /// The woken worker runs.
    fn woken(&self);

    /// Whether the notified worker takes long to run. If so, the caller wakes another worker, and
    /// the answer is `false` for a while.
    fn notified_worker_is_late(&self) -> bool;

    /// Spins on `pop`, for as long as that is likely to pay.
    fn spin(&self, pop: impl FnMut() -> Option<Self::Job>) -> Option<Self::Job>;
}

/// Why a worker's thread is spawned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StartReason {
    /// It is notified: it holds `NOTIFIED`.
    Notified,
    /// It helps to run a long queue, and holds no flag.
    Helper,
}
