//! A pool as its users hold it.

use super::builder::BlockingPoolBuilder;
use super::core::Core;
use super::metrics::PoolMetrics;
use super::nested;
use super::order::Fences;
use super::permit::{Permit, ReserveError, TrySpawnError};
use super::shutdown::{self, Leftover, Shutdown};
use super::threads::Threads;
use crate::limit::{NoQueuePermit, QueuePermit};
use crate::sync::Ordering;
use crate::task::{Executor, Rejected, WhenReady};
use crate::task::{Job, JoinHandle, spawnable};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// A pool of threads for blocking calls, which grows with the work and shrinks without it.
///
/// Cloning is cheap and gives another handle to the same pool. When the last handle is dropped,
/// the pool takes no more work: what is queued still runs, then the threads end. Nobody waits for
/// that; [`shutdown`](Self::shutdown) does.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::BlockingPool;
///
/// # futures::executor::block_on(async {
/// let pool = BlockingPool::builder().name("sums").build()?;
/// let sum = pool.spawn(|| (1..=100).sum::<u32>());
/// assert_eq!(sum.await?, 5050);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct BlockingPool {
    core: Arc<Core<Threads>>,
}

impl BlockingPool {
    /// Describes a pool to be made.
    pub fn builder() -> BlockingPoolBuilder {
        BlockingPoolBuilder::new()
    }

    pub(super) fn start(
        threads: Threads,
        min_threads: usize,
        max_threads: usize,
    ) -> io::Result<Self> {
        let core = Arc::new(Core::new(threads, min_threads, max_threads, Fences::all()));
        let pool = Self { core };
        pool.core.populate()?;
        Ok(pool)
    }

    /// Runs `f` on the pool. Dropping the handle leaves the call alone.
    ///
    /// Where the queue is bounded and full, or the pool is shut down, the handle ends at once as
    /// [rejected](crate::JoinError::is_rejected); see [`reserve`](Self::reserve) for a way to wait.
    ///
    /// # Cancel safety
    ///
    /// [`JoinHandle::abort`] keeps a call from starting. One that runs goes on to its end.
    pub fn spawn<F, T>(&self, f: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (job, handle) = spawnable(f);
        if let Err(rejected) = self.submit(job) {
            self.core.host.count_rejected();
            rejected.resolve();
        }
        handle
    }

    /// Runs `f` on the pool, unless that is not possible now.
    ///
    /// # Errors
    ///
    /// Gives `f` back when the queue is full or the pool is shut down. (A shut-down that begins
    /// during the call may still refuse it, which the handle then tells.)
    pub fn try_spawn<F, T>(&self, f: F) -> Result<JoinHandle<T>, TrySpawnError<F>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let permit = match self.try_queue_permit() {
            Ok(permit) => permit,
            Err(reason) => {
                self.core.host.count_rejected();
                return Err(match reason {
                    NoQueuePermit::Full => TrySpawnError::Full(f),
                    NoQueuePermit::ShutDown => TrySpawnError::ShutDown(f),
                });
            }
        };
        let (job, handle) = spawnable(f);
        queue(&self.core, job, permit);
        Ok(handle)
    }

    /// Waits for room in a bounded queue, in the order of asking. Where the queue is not bounded there
    /// always is.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it loses its turn and nothing else.
    ///
    /// # Errors
    ///
    /// When the pool is shut down, also while it waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::BlockingPool;
    ///
    /// # futures::executor::block_on(async {
    /// let pool = BlockingPool::builder().queue_capacity(100).build()?;
    /// for k in 0..1000 {
    ///     let permit = pool.reserve().await?;
    ///     permit.spawn(move || k * k);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub async fn reserve(&self) -> Result<Permit, ReserveError> {
        Permit::reserve(Arc::clone(&self.core)).await
    }

    /// Counts threads and jobs.
    #[must_use]
    pub fn metrics(&self) -> PoolMetrics {
        PoolMetrics::of(&self.core)
    }

    /// Sets the most threads there are at a time, for all handles.
    ///
    /// More take effect at once, fewer as threads end their jobs. The limit never falls below the
    /// builder's `min_threads`, nor rises above 16,384.
    pub fn resize(&self, max_threads: usize) {
        self.core.resize(max_threads);
    }

    /// Waits until nothing is queued and nothing runs, for a moment at least.
    ///
    /// All who wait when that moment comes have waited enough, whatever is submitted before they
    /// are polled again. On a thread of the pool, inside a job, that moment never comes.
    ///
    /// # Cancel safety
    ///
    /// Dropped, nothing has changed.
    pub async fn wait_idle(&self) {
        self.core.host.idle.wait(&self.core).await;
    }

    /// Takes no more work, deals with what is queued, and waits until the threads have ended,
    /// their stop hooks included. Last it joins them, which blocks for as long as they take to
    /// destroy their thread-local values.
    ///
    /// Begins when it is first polled. More than one may wait; one that asks to discard prevails.
    /// A job of this pool that waits for it does not wait for itself, nor for other jobs that do
    /// the same.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the pool stays shut down; nobody waits for the threads.
    pub async fn shutdown(&self, how: Shutdown) {
        self.close(how);
        shutdown::ended(&self.core).await;
    }

    /// Takes no more work and blocks this thread until the pool has drained, but no longer than
    /// `timeout`; what has not started by then is discarded.
    ///
    /// In async code, put a timeout around [`shutdown`](Self::shutdown) instead.
    ///
    /// # Errors
    ///
    /// What was left when the time was over. Running jobs cannot be stopped: their threads go on
    /// without anybody waiting for them.
    pub fn shutdown_timeout(&self, timeout: Duration) -> Result<(), Leftover> {
        self.close(Shutdown::Drain);
        shutdown::within(&self.core, timeout)
    }

    fn submit(&self, job: Job) -> Result<(), Rejected> {
        match self.try_queue_permit() {
            Ok(permit) => {
                queue(&self.core, job, permit);
                Ok(())
            }
            Err(reason) => Err(Rejected { job, reason: reason.into() }),
        }
    }

    #[cfg(test)]
    #[cfg_attr(any(asyncify_loom, asyncify_shuttle), allow(dead_code, reason = "no model's"))]
    pub(super) fn core(&self) -> &Arc<Core<Threads>> {
        &self.core
    }

    /// What a job needs to be queued: a permit where the queue is bounded, else nothing.
    fn try_queue_permit(&self) -> Result<Option<QueuePermit>, NoQueuePermit> {
        match &self.core.host.queue_permits {
            None if self.core.token.look().is_closed() => Err(NoQueuePermit::ShutDown),
            None => Ok(None),
            Some(permits) => permits.try_acquire().map(Some),
        }
    }

    fn close(&self, how: Shutdown) {
        if let Some(permits) = &self.core.host.queue_permits {
            permits.close();
        }
        self.core.close(how == Shutdown::Discard);
    }
}

/// Queues a job that has what it needs.
pub(super) fn queue(core: &Arc<Core<Threads>>, mut job: Job, permit: Option<QueuePermit>) {
    #[cfg(feature = "metrics")]
    let permit = match &core.host.timings {
        Some(timings) => {
            let (timings, since) = (Arc::clone(timings), std::time::Instant::now());
            Some(QueuePermit::on_leave(permit, move || timings.waited(since.elapsed())))
        }
        None => permit,
    };
    if let Some(permit) = permit {
        job.set_queue_permit(permit);
    }
    core.host.capture(&mut job);
    let Err(job) = nested::set_aside(core, job) else { return };
    if core.token.look().is_searching() {
        job.set_spin_hint();
    }
    core.submit(job);
}

impl Executor for BlockingPool {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        // Where the queue is full nothing is refused yet: the caller may wait.
        self.submit(job).inspect_err(|rejected| {
            if !rejected.is_full() {
                self.core.host.count_rejected();
            }
        })
    }

    fn execute_when_ready(&self, job: Job) -> WhenReady {
        let core = Arc::clone(&self.core);
        Box::pin(async move {
            match Permit::reserve(core).await {
                Ok(permit) => permit.submit(job),
                Err(_) => Err(Rejected::shut_down(job)),
            }
        })
    }

    fn share(&self) -> Option<Arc<dyn Executor>> {
        Some(Arc::new(self.clone()))
    }
}

impl Clone for BlockingPool {
    fn clone(&self) -> Self {
        // Relaxed: whoever drops the clone got it from here.
        self.core.host.handles.fetch_add(1, Ordering::Relaxed);
        Self { core: Arc::clone(&self.core) }
    }
}

impl Drop for BlockingPool {
    fn drop(&mut self) {
        // AcqRel: the last to go sees all that was done through the others.
        if self.core.host.handles.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.close(Shutdown::Drain);
        }
    }
}

impl fmt::Debug for BlockingPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingPool")
            .field("name", &self.core.host.name())
            .field("metrics", &self.metrics())
            .finish_non_exhaustive()
    }
}
