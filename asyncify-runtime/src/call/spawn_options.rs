//! Where the jobs of a group, a stream or a reader run: chosen once, used for each of them.

use std::panic;
use std::sync::Arc;

use crate::call::{BlockingCall, Running};
use crate::executor::Executor;
use crate::limit::Limiter;
use crate::pool::global;
use crate::task::JoinError;
use crate::util::{catch, drop_quietly};

/// What each job's call is told.
#[derive(Clone, Default)]
pub(crate) struct Venue {
    /// None: each job goes where a call goes that is made there and then.
    pub(crate) executor: Option<Arc<dyn Executor>>,
    pub(crate) limiter: Option<Limiter>,
    #[cfg(feature = "tokio")]
    pub(crate) runtime: Option<tokio::runtime::Handle>,
}

impl Venue {
    pub(crate) fn on(executor: impl Executor + 'static) -> Self {
        Self { executor: Some(Arc::new(executor)), ..Self::default() }
    }

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

    /// Starts a job, which waits by itself for its permit, and for its place where the queue is full.
    pub(crate) fn start<F, T>(&self, body: F) -> Running<'static, T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.call(body).start_in_line().unattended()
    }

    /// Starts a job that must run although nobody waits for it.
    ///
    /// Where the queue is full, the job waits for its place by itself. An executor that refuses it
    /// otherwise, or drops it, is shut down: the job runs on the [`global`] pool then, and if that is
    /// shut down too, on the thread that finds out.
    pub(crate) fn start_guaranteed(&self, job: impl FnOnce() + Send + 'static) {
        let job = Guaranteed { job: Some(job), fallback: Fallback::GlobalPool };
        // An executor that panics has dropped the job, and with it used the fallback.
        drop_quietly(catch(|| drop(self.call(move || job.run()).detach().start_in_line())));
    }
}

/// A job that runs when it is dropped, if it has not run before.
struct Guaranteed<F: FnOnce() + Send + 'static> {
    job: Option<F>,
    fallback: Fallback,
}

/// Where a job runs whose executor drops it.
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
                // The global pool panics where the system refuses it a thread.
                drop_quietly(catch(|| {
                    let call = BlockingCall::new(move || job.run());
                    drop(call.executor(global()).detach().start_in_line());
                }));
            }
            Fallback::ThisThread => drop_quietly(catch(job)),
        }
    }
}

/// Goes on with the panic of a job, or says why a job that cannot be done without did not run.
#[cold]
pub(crate) fn resume(error: JoinError, consequence: &str) -> ! {
    match error.try_into_panic() {
        Ok(payload) => panic::resume_unwind(payload),
        Err(error) => panic!("{error}: {consequence}"),
    }
}
