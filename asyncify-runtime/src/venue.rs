//! Where the jobs of a group, a stream or a reader run: chosen once, used for each of them.

use std::panic;
use std::sync::Arc;

use crate::call::{BlockingCall, Running};
use crate::executor::Executor;
use crate::task::JoinError;

/// An executor that is held, or none: then each job goes where a call made there and then goes.
#[derive(Clone, Default)]
pub(crate) struct Venue {
    executor: Option<Arc<dyn Executor>>,
}

impl Venue {
    pub(crate) fn on(executor: impl Executor + 'static) -> Self {
        Self { executor: Some(Arc::new(executor)) }
    }

    pub(crate) fn call<F, T>(&self, body: F) -> BlockingCall<'static, T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let call = BlockingCall::new(body);
        match &self.executor {
            Some(executor) => call.shared_executor(executor.clone()),
            None => call,
        }
    }

    /// Starts a job, which waits for its place where the queue is full.
    pub(crate) fn start<F, T>(&self, body: F) -> Running<'static, T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.call(body).start()
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
