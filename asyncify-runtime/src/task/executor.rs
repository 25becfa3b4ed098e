//! Where a job goes.

use std::pin::Pin;
use std::sync::Arc;

use super::{Job, RejectReason};

/// Something that runs blocking calls.
///
/// An executor takes an opaque [`Job`] and runs it once, soon, on a thread that may block. Giving
/// it back in a [`Rejected`] refuses it. Dropping it resolves the call as cancelled, so that its
/// caller never hangs.
///
/// Implemented for [`BlockingPool`](crate::BlockingPool), [`DedicatedThread`](crate::DedicatedThread), [`Inline`](crate::Inline) and
/// tokio's `Handle` (feature `tokio`).
///
/// # Examples
///
/// A thread for each call:
///
/// ```
/// use asyncify_runtime::{Executor, Job, Rejected, asyncify};
///
/// struct ThreadPerCall;
///
/// impl Executor for ThreadPerCall {
///     fn execute(&self, job: Job) -> Result<(), Rejected> {
///         std::thread::spawn(|| job.run());
///         Ok(())
///     }
/// }
///
/// # futures::executor::block_on(async {
/// assert_eq!(asyncify!(u32::from_str_radix("ff", 16)).executor(&ThreadPerCall).await, Ok(255));
/// # });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an executor for blocking calls",
    note = "use a reference to a `BlockingPool`, a `DedicatedThread`, `Inline`, or tokio's `Handle`"
)]
pub trait Executor: Send + Sync {
    /// Takes a job to run it soon. Must not block, and must not run it under a lock.
    ///
    /// # Errors
    ///
    /// Gives the job back when there is no room for it, or when the executor is shut down.
    fn execute(&self, job: Job) -> Result<(), Rejected>;

    /// Takes a job as soon as there is room for it, in the order of asking.
    ///
    /// What a call does after [`execute`](Self::execute) had no room. By default it tries once
    /// more and then refuses.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the job, which thus never runs.
    fn execute_when_ready(&self, job: Job) -> WhenReady {
        let result = self.execute(job);
        Box::pin(std::future::ready(result))
    }

    /// A handle to the same executor that is not borrowed, where it has one.
    ///
    /// Needed only by a call that is [detached](crate::BlockingCall::detach) or
    /// [spawned](crate::BlockingCall::spawn), has a [limiter](crate::BlockingCall::limiter), and
    /// is dropped while it waits for its permit: it goes on with this handle, and is cancelled
    /// where there is none. By default there is none.
    fn share(&self) -> Option<Arc<dyn Executor>> {
        None
    }
}

/// The future of [`Executor::execute_when_ready`].
pub type WhenReady = Pin<Box<dyn Future<Output = Result<(), Rejected>> + Send>>;

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<E: Executor + ?Sized> Executor for $pointer {
            fn execute(&self, job: Job) -> Result<(), Rejected> {
                (**self).execute(job)
            }

            fn execute_when_ready(&self, job: Job) -> WhenReady {
                (**self).execute_when_ready(job)
            }

            fn share(&self) -> Option<Arc<dyn Executor>> {
                (**self).share()
            }
        }
    )*};
}

forward!(&E, Box<E>, Arc<E>);

/// A job that an executor refused, and why.
#[derive(Debug)]
#[must_use = "the refused job resolves its call as cancelled when it is dropped"]
pub struct Rejected {
    pub(crate) job: Job,
    pub(crate) reason: RejectReason,
}

impl Rejected {
    /// Refuses because there is no room now.
    pub fn full(job: Job) -> Self {
        Self { job, reason: RejectReason::Full }
    }

    /// Refuses because the executor takes no more work.
    pub fn shut_down(job: Job) -> Self {
        Self { job, reason: RejectReason::ShutDown }
    }

    /// The job, to try it elsewhere.
    pub fn into_job(self) -> Job {
        self.job
    }

    /// Whether there was no room, as opposed to a shut down.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.reason == RejectReason::Full
    }

    /// Tells the caller that its call was refused.
    pub(crate) fn resolve(self) {
        self.job.reject(self.reason);
    }
}
