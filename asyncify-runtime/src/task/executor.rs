//! The trait of all executors.

use std::pin::Pin;
use std::sync::{Arc, LazyLock};

use super::{Job, RejectReason};

/// Something that runs blocking calls.
///
/// An executor receives an opaque [`Job`] and runs it once, soon, on a thread that may block. To
/// reject a job, it returns the job in a [`Rejected`]. If an executor drops a job, the call is
/// resolved as cancelled, so its caller never hangs.
///
/// Implemented for [`BlockingPool`](crate::BlockingPool),
/// [`DedicatedThread`](crate::DedicatedThread), [`Inline`](crate::Inline), tokio's `Handle`
/// (feature `tokio`) and rayon's `ThreadPool` (feature `rayon`).
///
/// # Examples
///
/// An executor that spawns a thread for each call:
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
    /// Submits a job, to be run soon. This method must not block, and must not run the job while it
    /// holds a lock.
    ///
    /// # Errors
    ///
    /// Returns the job if the queue is full, or if the executor is shut down.
    fn execute(&self, job: Job) -> Result<(), Rejected>;

    /// Waits until there is room for the job, then submits it. Waiting jobs are submitted first
    /// come, first served.
    ///
    /// A call uses this after [`execute`](Self::execute) rejected its job because the queue was
    /// full. The default implementation tries [`execute`](Self::execute) once more.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the job, which then never runs.
    fn execute_when_ready(&self, job: Job) -> WhenReady {
        let result = self.execute(job);
        Box::pin(std::future::ready(result))
    }

    /// Returns an owned handle to the same executor, if it has one.
    ///
    /// A call with a [limiter](crate::BlockingCall::limiter) that is
    /// [detached](crate::BlockingCall::detach) or [spawned](crate::BlockingCall::spawn) uses this
    /// handle when its future is dropped while it waits for a permit. Without a handle, such a call
    /// is cancelled. The default implementation returns `None`.
    fn share(&self) -> Option<Arc<dyn Executor>> {
        None
    }
}

/// The future of [`Executor::execute_when_ready`].
pub type WhenReady = Pin<Box<dyn Future<Output = Result<(), Rejected>> + Send>>;

macro_rules! forward {
    ($([$($bounds:tt)*] $pointer:ty;)*) => {$(
        impl<$($bounds)*> Executor for $pointer {
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

forward! {
    [E: Executor + ?Sized] &E;
    [E: Executor + ?Sized] Box<E>;
    [E: Executor + ?Sized] Arc<E>;
    [E: Executor, F: FnOnce() -> E + Send] LazyLock<E, F>;
}

/// A job that an executor rejected, with the reason.
#[derive(Debug)]
#[must_use = "dropping a rejected job resolves its call as cancelled"]
pub struct Rejected {
    pub(crate) job: Job,
    pub(crate) reason: RejectReason,
}

impl Rejected {
    /// Rejects a job because the queue is full.
    pub fn full(job: Job) -> Self {
        Self { job, reason: RejectReason::Full }
    }

    /// Rejects a job because the executor is shut down.
    pub fn shut_down(job: Job) -> Self {
        Self { job, reason: RejectReason::ShutDown }
    }

    /// Rejects a job because the system refused to start a thread.
    pub(crate) fn no_thread(job: Job) -> Self {
        Self { job, reason: RejectReason::NoThread }
    }

    /// Returns the job, which can be submitted to another executor.
    pub fn into_job(self) -> Job {
        self.job
    }

    /// Returns `true` if the queue was full, and `false` if the executor cannot run jobs.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.reason == RejectReason::Full
    }

    /// Resolves the call as rejected.
    pub(crate) fn resolve(self) {
        self.job.reject(self.reason);
    }
}
