//! Queue permits that are reserved before there is a job.

use super::handle::enqueue;
use super::shared::Shared;
use super::threads::Threads;
use crate::limit::{NoQueuePermit, QueuePermit};
use crate::task::Rejected;
use crate::task::{Job, JoinHandle, RejectReason, spawnable};
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A permit to queue one job in a pool's queue, from
/// [`BlockingPool::reserve`](super::BlockingPool::reserve). Dropping it returns the permit.
#[must_use = "dropping a permit returns it to the queue"]
pub struct Permit {
    shared: Arc<Shared<Threads>>,
    /// `None` if the queue is unbounded.
    permit: Option<QueuePermit>,
}

impl Permit {
    pub(super) async fn reserve(shared: Arc<Shared<Threads>>) -> Result<Self, ReserveError> {
        let permit = match &shared.host.queue_permits {
            _ if shared.host.fork_guard.is_in_child() => Err(ReserveError(())),
            None if shared.wake_state.load().is_closed() => Err(ReserveError(())),
            None => Ok(None),
            Some(permits) => permits.acquire().await.map(Some).ok_or(ReserveError(())),
        };
        match permit {
            Ok(permit) => Ok(Self { shared, permit }),
            Err(error) => {
                shared.host.count_rejected();
                Err(error)
            }
        }
    }

    /// Runs `f` on the pool, as [`BlockingPool::spawn`](super::BlockingPool::spawn) does. The call
    /// is rejected only if the pool was shut down in the meantime.
    #[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
    pub fn spawn<F, T>(self, f: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (job, handle) = spawnable(f);
        if let Err(rejected) = self.submit(job) {
            rejected.resolve();
        }
        handle
    }

    pub(super) fn submit(self, job: Job) -> Result<(), Rejected> {
        let in_child = self.shared.host.fork_guard.is_in_child();
        if in_child || self.shared.wake_state.load().is_closed() {
            self.shared.host.count_rejected();
            return Err(Rejected::shut_down(job));
        }
        enqueue(&self.shared, job, self.permit);
        Ok(())
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

impl From<NoQueuePermit> for RejectReason {
    fn from(reason: NoQueuePermit) -> Self {
        match reason {
            NoQueuePermit::Full => Self::Full,
            NoQueuePermit::ShutDown => Self::ShutDown,
        }
    }
}

/// The pool was shut down before a permit was available.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReserveError(());

impl fmt::Display for ReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pool is shut down")
    }
}

impl Error for ReserveError {}

/// The error of [`BlockingPool::try_spawn`](super::BlockingPool::try_spawn), which returns the
/// closure.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrySpawnError<F> {
    /// The queue is full.
    Full(F),
    /// The pool is shut down.
    ShutDown(F),
}

impl<F> TrySpawnError<F> {
    /// Returns the closure.
    pub fn into_inner(self) -> F {
        match self {
            Self::Full(f) | Self::ShutDown(f) => f,
        }
    }

    /// Whether the queue was full, as opposed to shut down.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }
}

impl<F> fmt::Debug for TrySpawnError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::ShutDown(_) => "ShutDown(..)",
        })
    }
}

impl<F> fmt::Display for TrySpawnError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "the pool's queue is full",
            Self::ShutDown(_) => "the pool is shut down",
        })
    }
}

impl<F> Error for TrySpawnError<F> {}
