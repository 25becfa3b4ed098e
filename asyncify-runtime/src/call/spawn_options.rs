//! The options with which a group, a stream or an `Unblock` spawns its jobs.

use std::panic;
use std::sync::Arc;

use crate::call::{BlockingCall, Running};
use crate::executor::Executor;
use crate::limit::Limiter;
use crate::pool::Global;
use crate::task::JoinError;
use crate::util::run_quietly;

/// Options for a number of jobs: each job is a [`BlockingCall`] with these options.
#[derive(Clone, Default)]
pub(crate) struct SpawnOptions {
    /// `None`: each job uses the executor of the scope in which it is spawned, or the global pool.
    pub(crate) executor: Option<Arc<dyn Executor>>,
    pub(crate) limiter: Option<Limiter>,
    #[cfg(feature = "tokio")]
    pub(crate) runtime: Option<tokio::runtime::Handle>,
}

impl SpawnOptions {
    pub(crate) fn on(executor: impl Executor + 'static) -> Self {
        Self { executor: Some(Arc::new(executor)), ..Self::default() }
    }

    #[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
    pub(crate) fn call<F, T>(&self, body: F) -> BlockingCall<'static, T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let mut call = BlockingCall::new(body);
        if let Some(executor) = &self.executor {
            call = call.shared_executor(executor.clone());
        }
        if let Some(limiter) = &self.limiter {
            call = call.limiter(limiter);
        }
        #[cfg(feature = "tokio")]
        if let Some(runtime) = &self.runtime {
            call = call.runtime(runtime);
        }
        call
    }

    /// Spawns a job. It waits for its permit, and for room in a full queue, without being polled.
    #[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
    pub(crate) fn spawn<F, T>(&self, body: F) -> Running<'static, T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.call(body).start_with_limiter().submit_in_background()
    }

    /// Spawns a detached job that is guaranteed to run.
    ///
    /// If the queue is full, the job waits for room. If the executor is shut down and thus rejects
    /// or drops the job, it runs on the [`global`] pool; if that is shut down as well, it runs on
    /// the thread that drops it.
    pub(crate) fn spawn_guaranteed(&self, job: impl FnOnce() + Send + 'static) {
        let job = Guaranteed { job: Some(job), fallback: Fallback::GlobalPool };
        // An executor that panics has dropped the job, whose destructor uses the fallback.
        run_quietly(|| drop(self.call(move || job.run()).detach().start_with_limiter()));
    }
}

/// A job that runs when it is dropped, unless it has run before.
struct Guaranteed<F: FnOnce() + Send + 'static> {
    job: Option<F>,
    fallback: Fallback,
}

/// Where the job runs if its executor drops it.
enum Fallback {
    GlobalPool,
    ThisThread,
}

impl<F: FnOnce() + Send + 'static> Guaranteed<F> {
    fn run(mut self) {
        if let Some(job) = self.job.take() {
            job();
        }
    }
}

impl<F: FnOnce() + Send + 'static> Drop for Guaranteed<F> {
    fn drop(&mut self) {
        let Some(job) = self.job.take() else { return };
        match self.fallback {
            Fallback::GlobalPool => {
                let job = Self { job: Some(job), fallback: Fallback::ThisThread };
                // A hook of the global pool may panic.
                run_quietly(|| {
                    let call = BlockingCall::new(move || job.run());
                    drop(call.executor(&Global).detach().start_with_limiter());
                });
            }
            Fallback::ThisThread => run_quietly(job),
        }
    }
}

/// Resumes the panic of a job, or panics because a required job did not run.
#[cold]
pub(crate) fn resume(error: JoinError, consequence: &str) -> ! {
    match error.try_into_panic() {
        Ok(payload) => panic::resume_unwind(payload),
        Err(error) => panic!("{error}: {consequence}"),
    }
}
