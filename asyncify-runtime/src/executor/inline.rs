//! An executor without threads, for tests.

use std::sync::Arc;

use super::{Executor, Rejected};
use crate::task::Job;

/// An executor that runs each call immediately on the caller's thread, within its first poll.
///
/// Use it in tests, and in programs that have no other tasks to hold up. Within a tokio runtime, an
/// async body panics on this executor, because tokio does not allow blocking its threads.
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
