//! The seam below the protocol: what runs a job, and what makes a thread.

use super::core::Core;
use crate::task::Finish;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The world of a pool: real threads and tasks, or a model's.
///
/// The protocol calls nothing here while it holds a lock, but for `start` on the way out of a
/// closed pool. Nothing here may unwind.
pub(super) trait Host: Send + Sync + Sized + 'static {
    type Job: Send + 'static;

    /// Makes a thread that calls [`worker::main`](super::worker::main) with this number and
    /// entrance.
    fn start(&self, core: &Arc<Core<Self>>, worker: usize, entrance: Entrance) -> io::Result<()>;

    /// Whether making a thread is worth a try: not right after one could not be made.
    fn may_start(&self) -> bool;

    /// Runs a job.
    fn run(&self, job: Self::Job) -> Finish;

    /// Drops a job that was accepted and shall not run any more.
    fn discard(&self, job: Self::Job);

    /// Refuses a job that came too late: the pool has run all others and ended.
    fn refuse(&self, job: Self::Job);

    /// How long an idle worker waits before it leaves.
    fn patience(&self) -> Duration;

    /// A worker is about to leave the pool, which is closed or not.
    fn stopping(&self, closed: bool);

    /// A worker went idle or left: whoever waits for that may look.
    fn notify(&self, core: &Core<Self>);

    /// A parked worker is about to be called.
    fn calling(&self);

    /// The called worker is awake.
    fn awake(&self);

    /// Looks for a job a while longer, if that is likely to pay.
    fn linger(&self, pop: impl FnMut() -> Option<Self::Job>) -> Option<Self::Job>;
}

/// How a new worker begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Entrance {
    /// It was called, and holds `COMING`.
    Called,
    /// It comes to help, and holds nothing.
    Helper,
}
