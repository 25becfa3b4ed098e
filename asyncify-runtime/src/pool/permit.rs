//! Permits of a bounded queue that were asked for before there was a job.

use super::core::Core;
use super::handle::queue;
use super::threads::Threads;
use crate::limit::{NoQueuePermit, QueuePermit};
use crate::task::Rejected;
use crate::task::{Job, JoinHandle, RejectReason, spawnable};
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Room for one job in a pool's queue, from [`BlockingPool::reserve`](super::BlockingPool::reserve).
/// Dropping it gives the room back.
#[must_use = "dropping a permit gives the room back"]
pub struct Permit {
    core: Arc<Core<Threads>>,
    /// `None` where the queue is not bounded.
    permit: Option<QueuePermit>,
}

impl Permit {
    pub(super) async fn reserve(core: Arc<Core<Threads>>) -> Result<Self, ReserveError> {
        let permit = match &core.host.queue_permits {
            None if core.token.look().is_closed() => Err(ReserveError(())),
            None => Ok(None),
            Some(permits) => permits.acquire().await.map(Some).ok_or(ReserveError(())),
        };
        match permit {
            Ok(permit) => Ok(Self { core, permit }),
            Err(error) => {
                core.host.count_rejected();
                Err(error)
            }
        }
    }

    /// Runs `f` on the pool, as [`BlockingPool::spawn`](super::BlockingPool::spawn) does. Refused
    /// only if the pool was shut down meanwhile.
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
        if self.core.token.look().is_closed() {
            self.core.host.count_rejected();
            return Err(Rejected::shut_down(job));
        }
        queue(&self.core, job, self.permit);
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

/// The pool was shut down before there was room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReserveError(());

impl fmt::Display for ReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pool is shut down")
    }
}

impl Error for ReserveError {}

/// Why [`BlockingPool::try_spawn`](super::BlockingPool::try_spawn) gives its closure back.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrySpawnError<F> {
    /// The queue is full.
    Full(F),
    /// The pool is shut down.
    ShutDown(F),
}

impl<F> TrySpawnError<F> {
    /// The closure.
    pub fn into_inner(self) -> F {
        match self {
            Self::Full(f) | Self::ShutDown(f) => f,
        }
    }

    /// Whether there was no room, as opposed to a shut-down.
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
