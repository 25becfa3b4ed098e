//! How a pool is to be.

use super::BlockingPool;
use super::name::default_name;
use super::threads::{ContextHook, Hook, ThreadOptions, Threads};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Describes a [`BlockingPool`]; made by [`BlockingPool::builder`].
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
    lends: bool,
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
            lends: true,
        }
    }

    /// The pool's name, which its threads carry with a number behind it: `thumbnails-3`.
    ///
    /// Systems show 15 bytes of a thread's name, so the pool's is cut to fit. Without a name, the
    /// pools of a process are `asyncify1`, `asyncify2` and so on.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into().into());
        self
    }

    /// The threads that are made at once and stay, 1 without this call.
    ///
    /// It cannot be 0: where the system refuses to make a thread, the one that is always there
    /// runs what is queued.
    pub fn min_threads(mut self, threads: usize) -> Self {
        self.min_threads = threads;
        self
    }

    /// The most threads there are at a time, 512 without this call; see
    /// [`BlockingPool::resize`]. More than 16,384 there never are.
    ///
    /// A body that waits in `block_on` does not count while it waits.
    pub fn max_threads(mut self, threads: usize) -> Self {
        self.max_threads = threads;
        self
    }

    /// How long a thread above `min_threads` waits for work before it ends, 10 seconds without
    /// this call.
    pub fn keep_alive(mut self, time: Duration) -> Self {
        self.keep_alive = time;
        self
    }

    /// The most jobs that wait for a thread; unlimited without this call.
    ///
    /// Callers of annotated functions then wait for a place, in order and asynchronously, as does
    /// [`BlockingPool::reserve`]; [`BlockingPool::spawn`], which cannot wait, gives a handle that
    /// ends as rejected, and [`BlockingPool::try_spawn`] gives the closure back.
    pub fn queue_capacity(mut self, jobs: usize) -> Self {
        self.queue_capacity = Some(jobs);
        self
    }

    /// The stack size of the threads in bytes; the standard library's choice without this call.
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.stack_size = Some(bytes);
        self
    }

    /// Runs `hook` on every new thread before its first job. A panic in it is contained.
    pub fn on_thread_start(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_thread_start = Some(Arc::new(hook));
        self
    }

    /// Runs `hook` on every thread after its last job. A panic in it is contained.
    pub fn on_thread_stop(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_thread_stop = Some(Arc::new(hook));
        self
    }

    /// Whether the [metrics](BlockingPool::metrics) tell how long jobs wait and run, false without
    /// this call.
    ///
    /// Each job then costs an allocation, four readings of the clock and two entries in a
    /// histogram more. The counts are always there. Only with the feature `metrics`.
    #[cfg(feature = "metrics")]
    pub fn metrics(mut self, timed: bool) -> Self {
        self.metrics = timed;
        self
    }

    /// Carries something of the caller's into the body: a task-local value, a trace, a tenant.
    ///
    /// `capture` runs on the caller for each call that is submitted to this pool. What it returns
    /// runs on the pool around the body, which it must call once, and is dropped with it: the next
    /// call sees nothing of it. Several hooks nest, the first outermost. A hook that does not call
    /// the body discards the call.
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
    /// let seen = TENANT.scope(7, async { asyncify!(|| TENANT.get()).executor(&pool).await }).await;
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

    /// Makes the pool and its first `min_threads` threads.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) if `min_threads`, `max_threads` or
    /// `queue_capacity` is 0, if `min_threads` is above `max_threads`, or if the name holds a NUL
    /// byte; otherwise what the system says when it cannot make a thread.
    pub fn build(self) -> io::Result<BlockingPool> {
        self.build_with(|_| {})
    }

    /// `build`, with a last look at the threads' maker before it makes the first.
    pub(super) fn build_with(self, prepare: impl FnOnce(&Threads)) -> io::Result<BlockingPool> {
        self.check().map_err(|problem| io::Error::new(io::ErrorKind::InvalidInput, problem))?;
        let options = ThreadOptions {
            name: self.name.unwrap_or_else(default_name),
            stack_size: self.stack_size,
            keep_alive: self.keep_alive,
            on_start: self.on_thread_start,
            on_stop: self.on_thread_stop,
            contexts: self.contexts,
            lends: self.lends,
            #[cfg(feature = "metrics")]
            timed: self.metrics,
        };
        let threads = Threads::new(options, self.queue_capacity);
        prepare(&threads);
        BlockingPool::start(threads, self.min_threads, self.max_threads)
    }

    /// Makes the pool, for all calls of this process that name no other.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build); and [`AlreadyExists`](io::ErrorKind::AlreadyExists) if there is a
    /// global pool already, because one was built or because a call has used it.
    pub fn build_global(self) -> io::Result<()> {
        crate::pool::install(self.build()?).map_err(|_late| {
            io::Error::new(io::ErrorKind::AlreadyExists, "the global pool is in use already")
        })
    }

    /// Keeps a body that waits from lending its place: jobs run strictly one by one.
    pub(crate) fn dedicated(mut self) -> Self {
        self.lends = false;
        self
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.min_threads == 0 {
            return Err("`min_threads` must be at least 1");
        }
        if self.max_threads == 0 {
            return Err("`max_threads` must be at least 1");
        }
        if self.min_threads > self.max_threads.min(super::census::MOST_THREADS) {
            return Err("`min_threads` is above the most threads that there may be");
        }
        if self.queue_capacity == Some(0) {
            return Err("`queue_capacity` must be at least 1");
        }
        if self.name.as_ref().is_some_and(|name| name.contains('\0')) {
            return Err("`name` holds a NUL byte");
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
