//! A blocking call, which both macros build: its options, how it starts, and how it ends.

mod async_body;
mod block_on;
mod cancelled;
mod detached;
mod drop_on_pool;
mod options;
mod running;
mod spawn_options;
mod timed;
mod timer;

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use self::async_body::AsyncBody;
pub use self::block_on::block_on;
pub use self::cancelled::{cancellation_token, check_cancelled, is_cancelled};
pub(crate) use self::detached::poll_detached;
pub(crate) use self::drop_on_pool::DropOnPool;
use self::options::Options;
pub(crate) use self::running::Running;
use self::running::WhenFull;
pub(crate) use self::spawn_options::{SpawnOptions, resume};
pub use self::timed::{TimedCall, TimedFuture};
use crate::executor::Executor;
use crate::limit::Limiter;
use crate::task::{JoinHandle, SyncBody, UnsubmittedTask};

/// A blocking call that has not been started.
///
/// [`asyncify!`](crate::asyncify) evaluates to a `BlockingCall`. Awaiting it runs the call and
/// returns its value; the methods configure where and how it runs. The call is lazy: unless it is
/// awaited or [spawned](Self::spawn), it never runs.
///
/// # Cancel safety
///
/// Dropping the future cancels the call. A queued call never runs, and its captures are dropped
/// immediately. A running body continues, and sees the cancellation through
/// [`is_cancelled`](crate::is_cancelled); its result is dropped on the worker. An async body stops
/// at its next `.await`. Use [`detach`](Self::detach) to let a call run to completion regardless.
///
/// # Panics
///
/// A panic of the body is resumed, with its payload, where the call is awaited. Awaiting also
/// panics if the executor rejects or drops the call, for instance because it was shut down. Use
/// [`spawn`](Self::spawn) to receive a [`JoinError`](crate::JoinError) instead.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{BlockingPool, asyncify};
///
/// # futures::executor::block_on(async {
/// let disk = BlockingPool::builder().name("disk").max_threads(4).build()?;
/// let text = asyncify!(std::fs::read_to_string("Cargo.toml")).executor(&disk).await?;
/// assert!(text.contains("[package]"));
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[must_use = "a blocking call does nothing unless it is awaited or spawned"]
pub struct BlockingCall<'e, T> {
    task: UnsubmittedTask<T>,
    /// `None`: the executor of the scope, or the global pool, which is created on first use.
    executor: Option<&'e dyn Executor>,
    options: Option<Box<Options>>,
}

impl<T: Send + 'static> BlockingCall<'static, T> {
    /// Creates a call of `body`, a closure that blocks.
    #[track_caller]
    pub fn new<F>(body: F) -> Self
    where
        F: FnOnce() -> T + Send + 'static,
    {
        Self::named::<F, F>(body)
    }

    /// Creates a call of an async closure that blocks, such as `|| async { .. }`. Its future is created
    /// and driven on a blocking thread, and need not be `Send`.
    ///
    /// When the call is cancelled, for instance by [`JoinHandle::abort`], the future is dropped at
    /// its next `.await`.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::BlockingCall;
    ///
    /// # futures::executor::block_on(async {
    /// let handle = BlockingCall::new_async(|| async {
    ///     std::fs::metadata("Cargo.toml").unwrap(); // may block
    ///     std::future::pending().await
    /// })
    /// .spawn();
    /// handle.abort();
    /// let result: Result<(), _> = handle.await;
    /// assert!(result.unwrap_err().is_cancelled());
    /// # });
    /// ```
    #[track_caller]
    pub fn new_async<F, Fut>(body: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = T>,
    {
        Self::from_async::<F, F, Fut>(body)
    }

    /// Creates a call of `body`. Its name in traces is the path of the function that contains the
    /// closure type `N`.
    #[doc(hidden)]
    #[track_caller]
    pub fn named<N: 'static, F>(body: F) -> Self
    where
        F: FnOnce() -> T + Send + 'static,
    {
        Self::of(UnsubmittedTask::new(SyncBody::<F, N>::new(body)))
    }

    /// Creates a call of a closure that returns a blocking future, which is created and driven on
    /// the pool's thread.
    #[doc(hidden)]
    #[track_caller]
    pub fn from_async<N: 'static, F, Fut>(body: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = T>,
    {
        Self::of(UnsubmittedTask::new(AsyncBody::<F, N>::new(body)))
    }
}

impl<T> BlockingCall<'static, T> {
    fn of(task: UnsubmittedTask<T>) -> Self {
        Self { task, executor: None, options: None }
    }
}

impl<'e, T> BlockingCall<'e, T> {
    fn options(&mut self) -> &mut Options {
        self.options.get_or_insert_default()
    }

    /// Runs the call on `executor` instead of the [global pool](crate::global()).
    pub fn executor(self, executor: &dyn Executor) -> BlockingCall<'_, T> {
        BlockingCall { task: self.task, executor: Some(executor), options: self.options }
    }

    /// Sets the [`executor`](Self::executor), as an owned handle.
    pub(crate) fn shared_executor(mut self, executor: Arc<dyn Executor>) -> Self {
        self.options().executor = Some(executor);
        self
    }

    /// Requires a permit of `limiter` to run the body. The call waits for the permit before it is
    /// submitted to its executor.
    ///
    /// The permit is held until the body ends, even if the caller's future is dropped earlier. A
    /// call that is awaited within a body that holds a permit of the same limiter borrows that
    /// permit, one such call at a time, so nested calls cannot deadlock.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::{Limiter, asyncify};
    ///
    /// # futures::executor::block_on(async {
    /// let disk = Limiter::new(4);
    /// let text = asyncify!(std::fs::read_to_string("Cargo.toml")).limiter(&disk).await?;
    /// assert!(text.contains("[package]"));
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub fn limiter(mut self, limiter: &Limiter) -> Self {
        self.options().limiter = Some(limiter.clone());
        self
    }

    /// Runs the body in the context of `runtime` instead of the caller's tokio runtime.
    ///
    /// This runtime drives an async body, and [`block_on`](crate::block_on) within the body, so a
    /// body can use tokio even if its caller runs on another async executor.
    #[cfg(feature = "tokio")]
    pub fn runtime(mut self, runtime: &tokio::runtime::Handle) -> Self {
        self.options().runtime = Some(runtime.clone());
        self
    }

    /// Requires the call to complete within `after`, counted from the first poll.
    ///
    /// Otherwise it returns [`Error::TimedOut`](crate::Error::TimedOut), whose `phase` tells
    /// whether the call was still waiting for a permit, for room in a queue, or for a thread, and
    /// thus never runs; or whether its body was running. A running body continues, and sees the
    /// cancellation through [`is_cancelled`](crate::is_cancelled). Set the other options of the
    /// call before this one.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use asyncify_runtime::{Error, asyncify, cancellation_token};
    ///
    /// # futures::executor::block_on(async {
    /// let stuck = asyncify!(|| asyncify_runtime::block_on(async { cancellation_token().cancelled().await }));
    /// let result = stuck.timeout(Duration::from_millis(20)).await;
    /// assert!(matches!(result, Err(Error::TimedOut { .. })));
    /// # });
    /// ```
    pub fn timeout(self, after: Duration) -> TimedCall<'e, T> {
        TimedCall::new(self, after)
    }

    /// Lets a call that has been polled run to completion, even if its future is dropped.
    pub fn detach(mut self) -> Self {
        self.task.set_detached();
        self
    }

    /// Starts the call immediately, and returns a handle that can be awaited.
    ///
    /// Dropping the handle detaches the call. If the executor's bounded queue is full, the handle
    /// resolves to a [rejected](crate::JoinError::is_rejected) error. With a
    /// [limiter](Self::limiter), the call is submitted as soon as it has its permit.
    #[allow(clippy::must_use_candidate, reason = "dropping the handle detaches the call")]
    pub fn spawn(self) -> JoinHandle<T> {
        Running::start(self, WhenFull::Reject).into_handle()
    }

    /// Starts a call without a limiter, as the first poll does. The returned future does not borrow
    /// the executor.
    #[doc(hidden)]
    pub fn start(self) -> Running<'static, T> {
        Running::submit(self)
    }

    /// Starts a call that may have a limiter, as the first poll does.
    #[doc(hidden)]
    pub fn start_with_limiter(self) -> Running<'e, T> {
        Running::start(self, WhenFull::Wait)
    }
}

impl<'e, T> IntoFuture for BlockingCall<'e, T> {
    type Output = T;
    type IntoFuture = CallFuture<'e, T>;

    fn into_future(self) -> CallFuture<'e, T> {
        CallFuture { state: CallState::Lazy(self) }
    }
}

impl<T> fmt::Debug for BlockingCall<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingCall").finish_non_exhaustive()
    }
}

/// The future of a [`BlockingCall`]; the first poll submits the call.
#[must_use = "futures do nothing unless polled"]
pub struct CallFuture<'e, T> {
    state: CallState<'e, T>,
}

enum CallState<'e, T> {
    Lazy(BlockingCall<'e, T>),
    Running(Running<'e, T>),
    /// Only during the transition from `Lazy` to `Running`.
    Starting,
}

impl<T> Unpin for CallFuture<'_, T> {}

impl<T> Future for CallFuture<'_, T> {
    type Output = T;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        loop {
            match &mut self.state {
                CallState::Running(running) => return Pin::new(running).poll(cx),
                state => match mem::replace(state, CallState::Starting) {
                    CallState::Lazy(call) => {
                        let running = CallState::Running(call.start_with_limiter());
                        // `Starting` owns nothing, which the compiler does not see.
                        mem::forget(mem::replace(state, running));
                    }
                    _ => panic!("`BlockingCall` polled after it failed to start"),
                },
            }
        }
    }
}

impl<T> fmt::Debug for CallFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture").finish_non_exhaustive()
    }
}
