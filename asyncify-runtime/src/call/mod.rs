//! A blocking call, which both macros build: its options, how it starts, and how it ends.

mod async_body;
mod block_on;
mod cancelled;
mod detached;
mod drop_on_pool;
mod on_drop;
mod options;
mod running;
mod spawn_options;
mod timed;
mod timer;

use std::fmt;
use std::mem;
use std::panic::{RefUnwindSafe, UnwindSafe};
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
pub use self::timed::TimedCall;
#[cfg(all(feature = "remote", target_os = "linux"))]
pub(crate) use self::timer::Timer;
use crate::executor::Executor;
use crate::limit::Limiter;
use crate::task::{JoinHandle, SyncBody, UnsubmittedTask};
use crate::util::run_quietly;

/// A blocking call: a future of its value, which the first poll starts.
///
/// [`asyncify!`](crate::asyncify) evaluates to a `BlockingCall`. Its methods configure where and
/// how it runs, before it is polled. The call is lazy: unless it is awaited or
/// [spawned](Self::spawn), it never runs.
///
/// # Cancel safety
///
/// Dropping the future cancels the call. A queued call never runs, and its captures are dropped
/// immediately. A running body continues, and sees the cancellation through
/// [`is_cancelled`](crate::is_cancelled); its result is dropped on the worker. An async body stops
/// at its next `.await`. [`detach`](Self::detach), [`spawn_on_drop`](Self::spawn_on_drop) and
/// [`join_on_drop`](Self::join_on_drop) change this.
///
/// # Panics
///
/// A panic of the body is resumed, with its payload, where the call is awaited. Awaiting also
/// panics if the executor rejects or drops the call, for instance because it was shut down. Use
/// [`spawn`](Self::spawn) to receive a [`JoinError`](crate::JoinError) instead.
///
/// All methods panic after the first poll, and a call must not be polled after it has returned its
/// value.
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
///
/// Like any future, it can be collected, boxed, or given to a task:
///
/// ```
/// use asyncify_runtime::asyncify;
/// use futures::future::join_all;
///
/// # futures::executor::block_on(async {
/// let squares = join_all((1..4).map(|n| asyncify!(|| n * n))).await;
/// assert_eq!(squares, [1, 4, 9]);
/// # });
/// ```
#[must_use = "a blocking call does nothing unless it is awaited or spawned"]
pub struct BlockingCall<'e, T> {
    state: State<'e, T>,
}

enum State<'e, T> {
    Unstarted(Unstarted<'e, T>),
    /// Finished after the call has returned its value, timed out, or failed to start.
    Running(Running<'e, T>),
}

/// A call before its first poll.
pub(crate) struct Unstarted<'e, T> {
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

    /// Creates a call of an async closure that blocks, such as `|| async { .. }`. Its future is
    /// created and driven on a blocking thread, and need not be `Send`.
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
        Unstarted { task, executor: None, options: None }.into()
    }
}

impl<'e, T> From<Unstarted<'e, T>> for BlockingCall<'e, T> {
    fn from(call: Unstarted<'e, T>) -> Self {
        Self { state: State::Unstarted(call) }
    }
}

impl<'e, T> BlockingCall<'e, T> {
    #[track_caller]
    fn unstarted(&mut self) -> &mut Unstarted<'e, T> {
        match &mut self.state {
            State::Unstarted(call) => call,
            State::Running(_) => polled(),
        }
    }

    #[inline]
    #[track_caller]
    fn into_unstarted(mut self) -> Unstarted<'e, T> {
        match mem::replace(&mut self.state, State::Running(Running::finished())) {
            State::Unstarted(call) => call,
            State::Running(_) => polled(),
        }
    }

    #[track_caller]
    fn options(&mut self) -> &mut Options {
        self.unstarted().options.get_or_insert_default()
    }

    /// Runs the call on `executor` instead of the [global pool](crate::global()).
    #[track_caller]
    pub fn executor(self, executor: &dyn Executor) -> BlockingCall<'_, T> {
        let Unstarted { task, executor: _, options } = self.into_unstarted();
        Unstarted { task, executor: Some(executor), options }.into()
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
    #[track_caller]
    pub fn limiter(mut self, limiter: &Limiter) -> Self {
        self.options().limiter = Some(limiter.clone());
        self
    }

    /// Runs the body in the context of `runtime` instead of the caller's tokio runtime.
    ///
    /// This runtime drives an async body, and [`block_on`](crate::block_on) within the body, so a
    /// body can use tokio even if its caller runs on another async executor.
    #[cfg(feature = "tokio")]
    #[track_caller]
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
    /// A call that its executor refuses returns an [`Error`](crate::Error), too, instead of a
    /// panic. With [`Duration::MAX`], that is all: such a timeout never expires, and has no timer.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use asyncify_runtime::{Error, asyncify, block_on, cancellation_token};
    ///
    /// # futures::executor::block_on(async {
    /// let stuck = asyncify!(|| block_on(cancellation_token().cancelled()));
    /// let result = stuck.timeout(Duration::from_millis(20)).await;
    /// assert!(matches!(result, Err(Error::TimedOut { .. })));
    /// # });
    /// ```
    #[track_caller]
    pub fn timeout(self, after: Duration) -> TimedCall<'e, T> {
        TimedCall::new(self.into_unstarted().into(), after)
    }

    /// Lets a call that has been polled run to completion, even if its future is dropped.
    /// [`spawn_on_drop`](Self::spawn_on_drop) runs one that was not polled, too.
    #[track_caller]
    pub fn detach(mut self) -> Self {
        on_drop::will_continue();
        self.unstarted().task.set_detached();
        self
    }

    /// Lets a drop of the future wait for a running body, which thus never outlives the future.
    ///
    /// The drop cancels the call as usual: a queued call never runs, and a running body can see the
    /// cancellation and return early. Then it blocks the dropping thread until the body has
    /// returned and its captures are dropped. With [`detach`](Self::detach), it does not cancel the
    /// call and waits until it has run. A call whose [`timeout`](Self::timeout) expires returns its
    /// error as soon as its body has ended, without blocking the thread.
    ///
    /// A blocked thread runs no other task, so a body must not need the thread that drops its call;
    /// on a current-thread tokio runtime, it must not wait for timers or sockets of that runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::{Arc, mpsc};
    /// use asyncify_runtime::{asyncify, block_on, cancellation_token};
    ///
    /// # futures::executor::block_on(async {
    /// let connection = Arc::new(());
    /// let (in_use, (starts, started)) = (connection.clone(), mpsc::channel());
    /// let mut query = asyncify!(|| {
    ///     starts.send(()).unwrap();
    ///     block_on(cancellation_token().cancelled());
    ///     drop(in_use);
    /// })
    /// .join_on_drop();
    /// assert!(futures::poll!(&mut query).is_pending());
    /// started.recv().unwrap();
    /// drop(query);
    /// assert_eq!(Arc::strong_count(&connection), 1);
    /// # });
    /// ```
    #[track_caller]
    pub fn join_on_drop(mut self) -> Self {
        on_drop::will_join();
        self.unstarted().task.set_join_on_drop();
        self
    }

    /// [Detaches](Self::detach) the call, and starts it even if it is dropped before its first
    /// poll. So it always runs.
    ///
    /// For work that must be done, whether or not the caller waits for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use asyncify_runtime::asyncify;
    ///
    /// let (sender, receiver) = mpsc::channel();
    /// drop(asyncify!(|| sender.send("cleaned up").unwrap()).spawn_on_drop());
    /// assert_eq!(receiver.recv(), Ok("cleaned up"));
    /// ```
    #[track_caller]
    pub fn spawn_on_drop(mut self) -> Self {
        self.options().spawn_on_drop = true;
        self.detach()
    }

    /// Starts the call immediately, and returns a handle that can be awaited.
    ///
    /// Dropping the handle detaches the call. If the executor's bounded queue is full, the handle
    /// resolves to a [rejected](crate::JoinError::is_rejected) error. With a
    /// [limiter](Self::limiter), the call is submitted as soon as it has its permit.
    #[allow(clippy::must_use_candidate, reason = "dropping the handle detaches the call")]
    #[track_caller]
    pub fn spawn(self) -> JoinHandle<T> {
        Running::start(self.into_unstarted(), WhenFull::Reject).into_handle()
    }

    /// Starts a call without a limiter, as the first poll does. The returned future does not borrow
    /// the executor.
    #[doc(hidden)]
    pub fn start(self) -> Running<'static, T> {
        Running::submit(self.into_unstarted())
    }

    /// Starts a call that may have a limiter, as the first poll does.
    #[doc(hidden)]
    pub fn start_with_limiter(self) -> Running<'e, T> {
        Running::start(self.into_unstarted(), WhenFull::Wait)
    }
}

#[cold]
#[track_caller]
fn polled() -> ! {
    panic!("a `BlockingCall` cannot be configured after its first poll")
}

impl<T> Drop for BlockingCall<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let State::Unstarted(call) = &self.state else { return };
        if call.options.as_ref().is_some_and(|options| options.spawn_on_drop) {
            // The executor is the user's, and may panic.
            run_quietly(|| {
                self.running();
            });
        }
    }
}

impl<T> Unpin for BlockingCall<'_, T> {}
impl<T> UnwindSafe for BlockingCall<'_, T> {}
impl<T> RefUnwindSafe for BlockingCall<'_, T> {}

impl<T> Future for BlockingCall<'_, T> {
    type Output = T;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(self.running()).poll(cx)
    }
}

impl<'e, T> BlockingCall<'e, T> {
    /// Returns a call that has ended.
    #[inline]
    fn finished() -> Self {
        Self { state: State::Running(Running::finished()) }
    }

    fn is_unstarted(&self) -> bool {
        matches!(self.state, State::Unstarted(_))
    }

    /// Starts the call, unless it was started before.
    #[inline]
    fn running(&mut self) -> &mut Running<'e, T> {
        if let State::Unstarted(_) = self.state {
            let call = mem::replace(&mut self.state, State::Running(Running::finished()));
            if let State::Unstarted(call) = call {
                let running = State::Running(Running::start(call, WhenFull::Wait));
                // What is replaced owns nothing, which the compiler does not see.
                mem::forget(mem::replace(&mut self.state, running));
            }
        }
        match &mut self.state {
            State::Running(running) => running,
            State::Unstarted(_) => unreachable!("started above"),
        }
    }
}

impl<T> fmt::Debug for BlockingCall<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingCall").finish_non_exhaustive()
    }
}
