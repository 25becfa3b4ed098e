//! One thread of one's own.

use std::io;
use std::sync::Arc;

use super::{Executor, Rejected, WhenReady};
use crate::pool::BlockingPool;
use crate::task::Job;

/// One thread that runs its calls one after the other, in the order of submission.
///
/// For work that must stay on one thread or in order: a library with thread-local state, a device,
/// a log. Dropping the last clone lets the thread finish what is queued and end.
///
/// # Calls within calls
///
/// A body may call its own thread again and wait for that, by [`block_on`](crate::block_on) or as an
/// async body: the waiting thread then runs the call in place, before those that are queued. Calls
/// from elsewhere still wait until the body has ended, and so does one that was spawned before the
/// wait: whoever waits for those in the body, or waits in another way than by this crate's
/// `block_on`, waits for ever.
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
#[derive(Clone, Debug)]
pub struct DedicatedThread {
    /// A pool that has exactly one thread, and never more.
    pool: BlockingPool,
}

impl DedicatedThread {
    /// Makes the executor; `name` is the thread's.
    ///
    /// # Errors
    ///
    /// When the system refuses a thread.
    pub fn new(name: &str) -> io::Result<Self> {
        let pool =
            BlockingPool::builder().name(name).min_threads(1).max_threads(1).dedicated().build()?;
        Ok(Self { pool })
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
