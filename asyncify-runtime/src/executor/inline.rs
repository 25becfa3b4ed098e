//! The executor of tests: no thread at all.

use std::sync::Arc;

use super::{Executor, Rejected};
use crate::task::Job;

/// Runs each call on the caller's own thread, at once, before the first poll returns.
///
/// For tests, and for programs where nothing else waits. Inside a tokio runtime an async body
/// panics under it, as tokio does not allow to block its threads.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{Inline, asyncify};
///
/// # futures::executor::block_on(async {
/// let here = std::thread::current().id();
/// assert_eq!(asyncify!(|| std::thread::current().id()).executor(&Inline).await, here);
/// # });
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Inline;

impl Executor for Inline {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        job.run();
        Ok(())
    }

    fn share(&self) -> Option<Arc<dyn Executor>> {
        Some(Arc::new(*self))
    }
}
