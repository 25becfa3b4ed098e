//! The lazy call that both macros build.

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
pub(crate) use self::detached::carry;
pub(crate) use self::drop_on_pool::DropOnPool;
use self::options::Options;
pub(crate) use self::running::Running;
use self::running::WhenFull;
pub(crate) use self::spawn_options::{SpawnOptions, resume};
pub use self::timed::{TimedCall, TimedFuture};
use crate::executor::Executor;
use crate::limit::Limiter;
use crate::task::{JoinHandle, SyncBody, UnsubmittedTask};

/// A blocking call that has not begun.
///
/// [`asyncify!`](crate::asyncify) evaluates to one. `.await` runs it and gives the plain value; the
/// methods say before that where and how. Nothing happens until then: a call that is not awaited,
/// nor [spawned](Self::spawn), never runs.
///
/// # Cancel safety
///
/// Dropping the future of a call that waits in a queue cancels it: it never runs, and what it
/// captured is freed at once. Dropped while the body runs, the body goes on by itself, sees
/// [`is_cancelled`](crate::is_cancelled), and its result is dropped on the worker; an async body
/// stops at its next `.await`. [`detach`](Self::detach) lets a call run to its end regardless.
///
/// # Panics
///
/// A panic of the body resumes on the awaiter with the same payload. Awaiting panics too when the
/// executor refuses or drops the call because it was shut down: there is no value to give. Use
/// [`spawn`](Self::spawn) to get these as a
/// [`JoinError`](crate::JoinError).
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
    /// None: the scope's, or the global pool, which is made only when it is needed.
    executor: Option<&'e dyn Executor>,
    options: Option<Box<Options>>,
}

impl<T: Send + 'static> BlockingCall<'static, T> {
    /// A call of `body`, a closure that blocks.
    #[track_caller]
    pub fn new<F>(body: F) -> Self
    where
        F: FnOnce() -> T + Send + 'static,
    {
        Self::named::<F, F>(body)
    }

    /// A call of `body`, listed under the path of the function where a closure `N` stands.
    #[doc(hidden)]
    #[track_caller]
    pub fn named<N: 'static, F>(body: F) -> Self
    where
        F: FnOnce() -> T + Send + 'static,
    {
        Self::of(UnsubmittedTask::new(SyncBody::<F, N>::new(body)))
    }

    /// A call whose future blocks: it is made and driven on the pool thread.
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

    /// [`executor`](Self::executor), not borrowed.
    pub(crate) fn shared_executor(mut self, executor: Arc<dyn Executor>) -> Self {
        self.options().executor = Some(executor);
        self
    }

    /// Runs the body under a permit of `limiter`, for which the call waits in line before it goes
    /// to its executor.
    ///
    /// The permit is held until the body ends, also when the caller is dropped before. A call that
    /// is awaited within a body under the same limiter borrows that body's permit, one such call
    /// at a time, so that nesting cannot lock itself out.
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

    /// Lets the body see `runtime` instead of the caller's tokio runtime, if there is one.
    ///
    /// It drives an async body, and [`block_on`](crate::block_on) inside the body; so a body may
    /// use tokio although its caller runs on another executor.
    #[cfg(feature = "tokio")]
    pub fn runtime(mut self, runtime: &tokio::runtime::Handle) -> Self {
        self.options().runtime = Some(runtime.clone());
        self
    }

    /// Gives up after `after`, counted from the first poll.
    ///
    /// The call then ends with [`Error::TimedOut`](crate::Error::TimedOut), which says whether it
    /// was still waiting for a permit, a place or a thread (it never runs then), or running: the
    /// body goes on by itself in that case, and sees [`is_cancelled`](crate::is_cancelled). This is
    /// the last of a call's options.
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

    /// Lets the body run to its end, once polled, even when the caller is dropped.
    pub fn detach(mut self) -> Self {
        self.task.set_detached();
        self
    }

    /// Starts the call now, to be awaited later or not at all.
    ///
    /// Dropping the handle detaches the call. On a bounded queue without a place left the handle
    /// ends as [rejected](crate::JoinError::is_rejected). With a [limiter](Self::limiter) the call
    /// starts as soon as it has its permit.
    #[allow(clippy::must_use_candidate, reason = "dropping the handle detaches the call")]
    pub fn spawn(self) -> JoinHandle<T> {
        Running::start(self, WhenFull::GiveUp).into_handle()
    }

    /// What the first poll does, for a caller that is being polled already, and whose call has no
    /// limiter: what comes out does not borrow the executor.
    #[doc(hidden)]
    pub fn start(self) -> Running<'static, T> {
        Running::submit(self)
    }

    /// What the first poll does, for a caller that is being polled already.
    #[doc(hidden)]
    pub fn start_in_line(self) -> Running<'e, T> {
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

/// The future of a [`BlockingCall`]; submits it when it is first polled.
#[must_use = "futures do nothing unless polled"]
pub struct CallFuture<'e, T> {
    state: CallState<'e, T>,
}

enum CallState<'e, T> {
    Lazy(BlockingCall<'e, T>),
    Running(Running<'e, T>),
    /// Only while one of the above becomes the other.
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
                        let running = CallState::Running(call.start_in_line());
                        // What is replaced owns nothing; the compiler would not know.
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
