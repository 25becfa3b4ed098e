//! The builder of pools.

use super::BlockingPool;
use super::name::default_name;
use super::threads::{ContextHook, Hook, ThreadOptions, Threads};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Configures and builds a [`BlockingPool`]; returned by [`BlockingPool::builder`].
///
/// # Examples
///
/// ```
/// use asyncify_runtime::BlockingPool;
///
/// let pool = BlockingPool::builder().name("thumbnails").max_threads(8).build()?;
/// # drop(pool);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct BlockingPoolBuilder {
    name: Option<Arc<str>>,
    min_threads: usize,
    max_threads: usize,
    keep_alive: Duration,
    queue_capacity: Option<usize>,
    stack_size: Option<usize>,
    on_thread_start: Option<Hook>,
    on_thread_stop: Option<Hook>,
    #[cfg(feature = "metrics")]
    metrics: bool,
    contexts: Vec<ContextHook>,
    compensates: bool,
}

impl BlockingPoolBuilder {
    pub(super) fn new() -> Self {
        Self {
            name: None,
            min_threads: 1,
            max_threads: 512,
            keep_alive: Duration::from_secs(10),
            queue_capacity: None,
            stack_size: None,
            on_thread_start: None,
            on_thread_stop: None,
            #[cfg(feature = "metrics")]
            metrics: false,
            contexts: Vec::new(),
            compensates: true,
        }
    }

    /// Sets the pool's name. Its threads are named after it, with a number: `thumbnails-3`.
    ///
    /// Systems show 15 bytes of a thread's name, so the pool's name is cut to fit. The default is
    /// `asyncify1`, `asyncify2` and so on.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into().into());
        self
    }

    /// Sets the number of threads that are spawned at once and stay. The default is 1.
    ///
    /// It cannot be 0: if the system refuses to spawn more threads, the one that stays runs the
    /// queued jobs.
    pub fn min_threads(mut self, threads: usize) -> Self {
        self.min_threads = threads;
        self
    }

    /// Sets the most threads that the pool has at a time. The default is 512, and the pool never
    /// has more than 16,384. See also [`BlockingPool::set_max_threads`].
    ///
    /// A thread whose body waits in `block_on` does not count while it waits.
    pub fn max_threads(mut self, threads: usize) -> Self {
        self.max_threads = threads;
        self
    }

    /// Sets how long a thread above `min_threads` stays idle before it ends. The default is 10
    /// seconds.
    pub fn keep_alive(mut self, duration: Duration) -> Self {
        self.keep_alive = duration;
        self
    }

    /// Sets the most jobs that wait for a thread. By default the queue is unbounded.
    ///
    /// When the queue is full, callers of annotated functions wait for a permit, asynchronously and
    /// first come, first served, as does [`BlockingPool::reserve`]. [`BlockingPool::spawn`], which
    /// cannot wait, returns a handle to a rejected call, and [`BlockingPool::try_spawn`] returns
    /// the closure.
    pub fn queue_capacity(mut self, jobs: usize) -> Self {
        self.queue_capacity = Some(jobs);
        self
    }

    /// Sets the stack size of the threads in bytes. The default is that of the standard library.
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.stack_size = Some(bytes);
        self
    }

    /// Runs `hook` on every new thread before its first job. A panic in it is caught.
    pub fn on_thread_start(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_thread_start = Some(Arc::new(hook));
        self
    }

    /// Runs `hook` on every thread after its last job. A panic in it is caught.
    pub fn on_thread_stop(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_thread_stop = Some(Arc::new(hook));
        self
    }

    /// Sets whether the [metrics](BlockingPool::metrics) include how long jobs wait and run. The
    /// default is false.
    ///
    /// It costs each job an allocation, four readings of the clock and two entries in a histogram.
    /// The counts are always there. Requires the feature `metrics`.
    #[cfg(feature = "metrics")]
    pub fn metrics(mut self, timed: bool) -> Self {
        self.metrics = timed;
        self
    }

    /// Propagates context from the caller to the body: a task-local value, a trace, a tenant.
    ///
    /// `capture` runs on the caller's thread for each call that is submitted to this pool. The
    /// closure that it returns runs on the pool, and must call the body, which is its argument,
    /// once. It is dropped with the body, so that the next call does not see its context. If there
    /// are several hooks, they nest, the first outermost. If a hook does not call the body, the
    /// call is discarded.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::{BlockingPool, asyncify};
    ///
    /// tokio::task_local! { static TENANT: u32; }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let pool = BlockingPool::builder()
    ///     .context(|| {
    ///         let tenant = TENANT.try_with(|tenant| *tenant);
    ///         move |body: &mut dyn FnMut()| match tenant {
    ///             Ok(tenant) => TENANT.sync_scope(tenant, body),
    ///             Err(_) => body(),
    ///         }
    ///     })
    ///     .build()?;
    /// let call = asyncify!(|| TENANT.get()).executor(&pool);
    /// let seen = TENANT.scope(7, call).await;
    /// assert_eq!(seen, 7);
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub fn context<C, S>(mut self, capture: C) -> Self
    where
        C: Fn() -> S + Send + Sync + 'static,
        S: FnOnce(&mut dyn FnMut()) + Send + 'static,
    {
        self.contexts.push(Arc::new(move || Box::new(capture())));
        self
    }

    /// Builds the pool and spawns its first `min_threads` threads.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) if `min_threads`, `max_threads` or
    /// `queue_capacity` is 0, if `min_threads` is above `max_threads`, or if the name contains a
    /// NUL byte; the system's error if a thread cannot be spawned.
    pub fn build(self) -> io::Result<BlockingPool> {
        self.build_with(|_| {})
    }

    /// `build`, which calls `prepare` on the host before the first thread is spawned.
    pub(super) fn build_with(self, prepare: impl FnOnce(&Threads)) -> io::Result<BlockingPool> {
        self.check().map_err(|problem| io::Error::new(io::ErrorKind::InvalidInput, problem))?;
        let options = ThreadOptions {
            name: self.name.unwrap_or_else(default_name),
            stack_size: self.stack_size,
            keep_alive: self.keep_alive,
            on_start: self.on_thread_start,
            on_stop: self.on_thread_stop,
            contexts: self.contexts,
            compensates: self.compensates,
            #[cfg(feature = "metrics")]
            timed: self.metrics,
        };
        let threads = Threads::new(options, self.queue_capacity)?;
        prepare(&threads);
        BlockingPool::start(threads, self.min_threads, self.max_threads)
    }

    /// Builds the pool and makes it the [global pool](crate::global), which runs all calls of this
    /// process that name no executor.
    ///
    /// # Errors
    ///
    /// The errors of [`build`](Self::build), and [`AlreadyExists`](io::ErrorKind::AlreadyExists) if
    /// there is a global pool already, because one was built or because a call has used it.
    pub fn build_global(self) -> io::Result<()> {
        crate::pool::install(self.build()?).map_err(|_late| {
            io::Error::new(io::ErrorKind::AlreadyExists, "the global pool is in use already")
        })
    }

    /// Builds a pool without compensation threads: with one thread, jobs run strictly one by one.
    pub(crate) fn dedicated(mut self) -> Self {
        self.compensates = false;
        self
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.min_threads == 0 {
            return Err("`min_threads` must be at least 1");
        }
        if self.max_threads == 0 {
            return Err("`max_threads` must be at least 1");
        }
        if self.min_threads > self.max_threads.min(super::thread_count::MAX_THREADS) {
            return Err("`min_threads` must not be above `max_threads`, nor above 16,384");
        }
        if self.queue_capacity == Some(0) {
            return Err("`queue_capacity` must be at least 1");
        }
        if self.name.as_ref().is_some_and(|name| name.as_bytes().contains(&0)) {
            return Err("`name` contains a NUL byte");
        }
        Ok(())
    }
}

impl std::fmt::Debug for BlockingPoolBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlockingPoolBuilder")
            .field("name", &self.name)
            .field("min_threads", &self.min_threads)
            .field("max_threads", &self.max_threads)
            .field("keep_alive", &self.keep_alive)
            .field("queue_capacity", &self.queue_capacity)
            .field("stack_size", &self.stack_size)
            .finish_non_exhaustive()
    }
}
