//! An executor with one dedicated thread.

use std::io;
use std::sync::Arc;

use super::{Executor, Rejected, WhenReady};
use crate::pool::BlockingPool;
use crate::task::Job;

/// An executor with a single thread, which runs calls one after the other in the order of
/// submission.
///
/// Use it for work that must stay on one thread, or in order: a library with thread-local state, a
/// device, a log. When the last clone is dropped, the thread runs the calls that are queued and
/// exits.
///
/// # Nested calls
///
/// A body may make another call on its own thread and wait for it, with
/// [`block_on`](crate::block_on) or in an async body. The waiting thread then runs this call in
/// place, before the queued calls. Calls from other threads wait until the body has ended, and so
/// do calls that were spawned before the wait. A body that waits for one of those, or that waits by
/// other means than this crate's `block_on`, deadlocks.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{DedicatedThread, asyncify};
///
/// # futures::executor::block_on(async {
/// let printer = DedicatedThread::new("printer")?;
/// let first = asyncify!(|| std::thread::current().id()).executor(&printer).await;
/// let second = asyncify!(|| std::thread::current().id()).executor(&printer).await;
/// assert_eq!(first, second);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DedicatedThread {
    /// A pool that always has exactly one thread.
    pool: BlockingPool,
}

impl DedicatedThread {
    /// Creates the executor; `name` is the name of its thread.
    ///
    /// # Errors
    ///
    /// Returns an error if the thread cannot be created.
    pub fn new(name: &str) -> io::Result<Self> {
        let pool =
            BlockingPool::builder().name(name).min_threads(1).max_threads(1).dedicated().build()?;
        Ok(Self { pool })
    }

    /// The pool, whose metrics are those of the thread.
    #[cfg(feature = "metrics")]
    pub(crate) fn pool(&self) -> &BlockingPool {
        &self.pool
    }

    /// Returns whether the current thread is this thread.
    pub(crate) fn is_current(&self) -> bool {
        self.pool.is_current()
    }
}

impl Executor for DedicatedThread {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        self.pool.execute(job)
    }

    fn execute_when_ready(&self, job: Job) -> WhenReady {
        self.pool.execute_when_ready(job)
    }

    fn share(&self) -> Option<Arc<dyn Executor>> {
        Some(Arc::new(self.clone()))
    }
}
