//! The handle to a pool.

use super::builder::BlockingPoolBuilder;
use super::fences::Fences;
use super::host::Host;
use super::in_place::{self, HAS_THREADS};
use super::metrics::PoolMetrics;
use super::nested;
use super::permit::{Permit, ReserveError, TrySpawnError};
use super::shared::Shared;
use super::shutdown::{self, Leftover, Shutdown};
use super::threads::Threads;
use crate::limit::{NoQueuePermit, QueuePermit};
use crate::sync::Ordering;
use crate::task::{Executor, Rejected, WhenReady};
use crate::task::{Job, JoinHandle, spawnable};
#[cfg(feature = "metrics")]
use crate::util::drop_quietly;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// A thread pool for blocking calls, which grows with the work and shrinks when it is idle.
///
/// Cloning is cheap and returns another handle to the same pool. When the last handle is dropped,
/// the pool accepts no more jobs: queued jobs still run, then the threads end. The drop does not
/// wait for that; [`shutdown`](Self::shutdown) does.
///
/// # Fork
///
/// The threads of a pool stay in their process. In a child of `fork` the pool refuses calls as if
/// it were shut down, and has nothing to wait for. The [global](crate::global()) pool and
/// [`cpu`](crate::cpu()) start anew there. A call from before the fork ends in the parent only: do
/// not await it in the child. The thread for timers outside of tokio does not start anew: if the
/// parent has used it before the fork, such time-outs never fire in the child.
///
/// # Targets without threads
///
/// On WebAssembly without threads, a call runs within its submission, on the thread of the caller.
/// `wasm32-unknown-unknown` also has no clock: streams, time-outs and measured times panic there.
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
    shared: Arc<Shared<Threads>>,
}

impl BlockingPool {
    /// Returns a builder to configure a pool.
    pub fn builder() -> BlockingPoolBuilder {
        BlockingPoolBuilder::new()
    }

    pub(super) fn start(
        threads: Threads,
        min_threads: usize,
        max_threads: usize,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(threads, min_threads, max_threads, Fences::all()));
        let pool = Self { shared };
        if HAS_THREADS {
            pool.shared.spawn_min_threads()?;
        } else {
            // It was for the first thread.
            pool.shared.wake_state.cancel_notification();
        }
        Ok(pool)
    }

    /// Runs `f` on the pool. Dropping the handle detaches the call.
    ///
    /// If the queue is bounded and full, or the pool is shut down, awaiting the handle returns a
    /// [rejection](crate::JoinError::is_rejected) at once; use [`reserve`](Self::reserve) to wait
    /// for a permit instead.
    ///
    /// # Cancel safety
    ///
    /// [`JoinHandle::abort`] prevents a call from starting. A running call goes on to its end.
    #[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
    pub fn spawn<F, T>(&self, f: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (job, handle) = spawnable(f);
        if let Err(rejected) = self.execute(job) {
            if rejected.is_full() {
                // It does not wait.
                self.shared.host.count_rejected();
            }
            rejected.resolve();
        }
        handle
    }

    /// Runs `f` on the pool, if the pool accepts it now.
    ///
    /// # Errors
    ///
    /// Returns `f` if the queue is full or the pool is shut down. (If the pool is shut down during
    /// this call, `f` may still be rejected afterwards; awaiting the handle then returns the
    /// error.)
    #[cfg_attr(any(feature = "tracing", feature = "console"), track_caller)]
    pub fn try_spawn<F, T>(&self, f: F) -> Result<JoinHandle<T>, TrySpawnError<F>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let permit =
            if self.is_in_child() { Err(NoQueuePermit::ShutDown) } else { self.try_queue_permit() };
        let permit = match permit {
            Ok(permit) => permit,
            Err(reason) => {
                self.shared.host.count_rejected();
                return Err(match reason {
                    NoQueuePermit::Full => TrySpawnError::Full(f),
                    NoQueuePermit::ShutDown => TrySpawnError::ShutDown(f),
                });
            }
        };
        let (job, handle) = spawnable(f);
        enqueue(&self.shared, job, permit);
        Ok(handle)
    }

    /// Waits for a permit to queue one job in a bounded queue. Permits are granted first come,
    /// first served. If the queue is unbounded, it never waits.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, it loses its place in the wait queue and nothing else.
    ///
    /// # Errors
    ///
    /// If the pool is shut down, before or during the wait.
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
        Permit::reserve(Arc::clone(&self.shared)).await
    }

    /// Returns the current counts of threads and jobs.
    #[must_use]
    pub fn metrics(&self) -> PoolMetrics {
        PoolMetrics::of(&self.shared)
    }

    /// Returns the pool's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.shared.host.name()
    }

    /// Returns the number of threads that never leave the pool.
    #[must_use]
    pub fn min_threads(&self) -> usize {
        self.shared.min_threads
    }

    /// Returns the most threads that the pool has at a time, as [set](Self::set_max_threads) last.
    #[must_use]
    pub fn max_threads(&self) -> usize {
        self.shared.thread_count.load().max()
    }

    /// Returns how long a thread above `min_threads` stays idle before it ends.
    #[must_use]
    pub fn keep_alive(&self) -> Duration {
        Host::keep_alive(&self.shared.host)
    }

    /// Returns the most jobs that wait for a thread, or `None` if the queue is unbounded.
    #[must_use]
    pub fn queue_capacity(&self) -> Option<usize> {
        self.shared.host.queue_permits.as_ref().map(|permits| permits.capacity())
    }

    /// Sets the most threads that the pool has at a time, for all handles.
    ///
    /// A higher limit takes effect at once, a lower one as threads finish their jobs. The limit is
    /// never below the builder's `min_threads`, nor above 16,384.
    pub fn set_max_threads(&self, max_threads: usize) {
        if !self.is_in_child() {
            self.shared.set_max_threads(max_threads);
        }
    }

    /// Waits until the pool is idle: for a moment at least, no job is queued and none runs.
    ///
    /// That moment completes all waiting calls, even if jobs are submitted before they are polled
    /// again. Inside a job of the pool, that moment never comes.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: dropping the future has no effect.
    pub async fn wait_idle(&self) {
        if !self.is_in_child() {
            self.shared.host.idle_waiters.wait(&self.shared).await;
        }
    }

    /// Shuts the pool down: it accepts no more jobs, and queued jobs run or are discarded. Waits
    /// until all threads have ended, including their stop hooks. Finally it joins them, which
    /// blocks until they have destroyed their thread-local values.
    ///
    /// The shutdown begins when the future is first polled. Several calls may wait at the same
    /// time; if one of them discards, queued jobs are discarded. A job of this pool that waits for
    /// the shutdown does not wait for itself, nor for other jobs that do the same.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped after its first poll, the pool stays shut down, and its threads end
    /// in the background.
    pub async fn shutdown(&self, how: Shutdown) {
        if !self.is_in_child() {
            self.close(how);
            shutdown::terminated(&self.shared).await;
        }
    }

    /// Shuts the pool down and blocks the current thread until queued jobs have run and all threads
    /// have ended, for `timeout` at most. Jobs that have not started by then are discarded.
    ///
    /// In async code, put a timeout around [`shutdown`](Self::shutdown) instead.
    ///
    /// # Errors
    ///
    /// If the timeout elapsed, what was left at that time. Running jobs cannot be stopped: their
    /// threads go on in the background.
    pub fn shutdown_timeout(&self, timeout: Duration) -> Result<(), Leftover> {
        if self.is_in_child() {
            return Ok(());
        }
        self.close(Shutdown::Drain);
        shutdown::drain_within(&self.shared, timeout)
    }

    /// Executes a job in the process that built the pool.
    pub(super) fn execute_here(&self, job: Job) -> Result<(), Rejected> {
        match self.try_queue_permit() {
            Ok(permit) => {
                enqueue(&self.shared, job, permit);
                Ok(())
            }
            Err(reason) => {
                // A full queue is not counted as a rejection yet: the caller may wait.
                if reason == NoQueuePermit::ShutDown {
                    self.shared.host.count_rejected();
                }
                Err(Rejected { job, reason: reason.into() })
            }
        }
    }

    #[cfg(test)]
    #[cfg_attr(any(asyncify_loom, asyncify_shuttle), allow(dead_code, reason = "unused by models"))]
    pub(super) fn shared(&self) -> &Arc<Shared<Threads>> {
        &self.shared
    }

    /// Acquires a queue permit, in the process that built the pool. `Ok(None)`: the queue is
    /// unbounded and needs none.
    #[inline]
    fn try_queue_permit(&self) -> Result<Option<QueuePermit>, NoQueuePermit> {
        match &self.shared.host.queue_permits {
            None if self.shared.wake_state.load().is_closed() => Err(NoQueuePermit::ShutDown),
            None => Ok(None),
            Some(permits) => permits.try_acquire().map(Some),
        }
    }

    /// Returns a function that reads the metrics without keeping the pool alive. It returns `None`
    /// when the pool has ended, and in a child of `fork`.
    #[cfg(feature = "metrics")]
    pub(crate) fn metrics_reader(&self) -> impl Fn() -> Option<PoolMetrics> + Send + Sync + use<> {
        let shared = Arc::downgrade(&self.shared);
        move || {
            let shared = shared.upgrade()?;
            let metrics = (!shared.host.fork_guard.is_in_child()).then(|| PoolMetrics::of(&shared));
            // The pool may have ended in between, and hooks of the user with it.
            drop_quietly(shared);
            metrics
        }
    }

    /// Returns whether the current thread is a worker of this pool.
    pub(crate) fn is_current(&self) -> bool {
        shutdown::is_worker_of(&self.shared)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.is_in_child() || self.shared.is_idle()
    }

    /// Whether this process is a child, by `fork`, of the one that built the pool. The threads are
    /// not in this process, and the locks are as they were at that moment: nothing may be done.
    #[inline]
    pub(super) fn is_in_child(&self) -> bool {
        self.shared.host.fork_guard.is_in_child()
    }

    fn close(&self, how: Shutdown) {
        if let Some(permits) = &self.shared.host.queue_permits {
            permits.close();
        }
        self.shared.close(how == Shutdown::Discard);
    }
}

/// Queues a job that has its permit, or needs none.
pub(super) fn enqueue(shared: &Arc<Shared<Threads>>, mut job: Job, permit: Option<QueuePermit>) {
    #[cfg(feature = "metrics")]
    let permit = match &shared.host.timings {
        Some(timings) => {
            let (timings, since) = (Arc::clone(timings), std::time::Instant::now());
            Some(QueuePermit::on_leave(permit, move || timings.waited(since.elapsed())))
        }
        None => permit,
    };
    if let Some(permit) = permit {
        job.set_queue_permit(permit);
    }
    shared.host.capture(&mut job);
    if !HAS_THREADS {
        return in_place::submit(shared, job);
    }
    let Err(job) = nested::set_aside(shared, job) else { return };
    if shared.wake_state.load().is_searching() {
        job.set_spin_hint();
    }
    shared.submit(job);
}

impl Executor for BlockingPool {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        if self.is_in_child() {
            self.shared.host.count_rejected();
            return Err(Rejected::shut_down(job));
        }
        self.execute_here(job)
    }

    fn execute_when_ready(&self, job: Job) -> WhenReady {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            match Permit::reserve(shared).await {
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
        // Relaxed: the clone reaches the thread that drops it from here.
        self.shared.host.handles.fetch_add(1, Ordering::Relaxed);
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl Drop for BlockingPool {
    fn drop(&mut self) {
        // AcqRel: the drop of the last handle sees what was done through the others.
        let last = self.shared.host.handles.fetch_sub(1, Ordering::AcqRel) == 1;
        if last && !self.is_in_child() {
            self.close(Shutdown::Drain);
        }
    }
}

/// Two handles are equal if they are handles to the same pool.
impl PartialEq for BlockingPool {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl Eq for BlockingPool {}

impl fmt::Debug for BlockingPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingPool")
            .field("name", &self.shared.host.name())
            .field("metrics", &self.metrics())
            .finish_non_exhaustive()
    }
}
