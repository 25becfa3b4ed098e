//! Where the jobs of a group, a stream or a reader run: chosen once, used for each of them.

use std::panic;
use std::sync::Arc;

use crate::call::{BlockingCall, Running};
use crate::executor::Executor;
use crate::limit::Limiter;
use crate::task::JoinError;

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
}

/// Goes on with the panic of a job, or says why a job that cannot be done without did not run.
#[cold]
pub(crate) fn resume(error: JoinError, consequence: &str) -> ! {
    match error.try_into_panic() {
        Ok(payload) => panic::resume_unwind(payload),
        Err(error) => panic!("{error}: {consequence}"),
    }
}
