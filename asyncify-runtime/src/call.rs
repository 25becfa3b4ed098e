//! The lazy call that both macros build.

use std::fmt;
use std::panic;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::carry::carry;
use crate::executor::{Executor, WhenReady};
use crate::global::global;
use crate::task::{AsyncBody, Fresh, JoinError, JoinHandle, SyncBody};

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
/// [`spawn`](Self::spawn) to get these as a [`JoinError`].
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
    task: Fresh<T>,
    /// None: the global pool, which is made only when it is needed.
    executor: Option<&'e dyn Executor>,
}

impl<T: Send + 'static> BlockingCall<'static, T> {
    /// A call of `body`, a closure that blocks.
    pub fn new<F>(body: F) -> Self
    where
        F: FnOnce() -> T + Send + 'static,
    {
        Self { task: Fresh::new(SyncBody(body)), executor: None }
    }

    /// A call whose future blocks: it is made and driven on the pool thread.
    #[doc(hidden)]
    pub fn from_async<F, Fut>(body: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = T>,
    {
        Self { task: Fresh::new(AsyncBody(body)), executor: None }
    }
}

impl<'e, T> BlockingCall<'e, T> {
    /// Runs the call on `executor` instead of the [global pool](crate::global()).
    pub fn executor<'x>(self, executor: &'x dyn Executor) -> BlockingCall<'x, T> {
        BlockingCall { task: self.task, executor: Some(executor) }
    }

    /// Lets the body run to its end, once polled, even when the caller is dropped.
    pub fn detach(mut self) -> Self {
        self.task.set_detached();
        self
    }

    /// Starts the call now, to be awaited later or not at all.
    ///
    /// Dropping the handle detaches the call. On a bounded queue without a place left the handle
    /// ends as [rejected](JoinError::is_rejected).
    pub fn spawn(self) -> JoinHandle<T> {
        let (job, handle) = self.task.into_parts();
        if let Err(rejected) = or_global(self.executor).execute(job) {
            rejected.resolve();
        }
        handle
    }

    /// What the first poll does: submits the call, for a caller that is being polled already.
    #[doc(hidden)]
    pub fn start(self) -> Running<T> {
        let (job, handle) = self.task.into_parts();
        let executor = or_global(self.executor);
        let waiting = match executor.execute(job) {
            Ok(()) => None,
            Err(rejected) if rejected.is_full() => {
                Some(executor.execute_when_ready(rejected.into_job()))
            }
            Err(rejected) => {
                rejected.resolve();
                None
            }
        };
        Running { handle, waiting: waiting.map(Box::new) }
    }
}

fn or_global(executor: Option<&dyn Executor>) -> &dyn Executor {
    executor.unwrap_or_else(|| global())
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
    Running(Running<T>),
    /// Only while one of the above becomes the other.
    Starting,
}

impl<T> Unpin for CallFuture<'_, T> {}

impl<T> Future for CallFuture<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        loop {
            match &mut self.state {
                CallState::Running(running) => return Pin::new(running).poll(cx),
                state => match std::mem::replace(state, CallState::Starting) {
                    CallState::Lazy(call) => *state = CallState::Running(call.start()),
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

/// A call that was submitted, or that waits for its place in a bounded queue. Dropping it cancels
/// the call.
#[doc(hidden)]
#[must_use = "futures do nothing unless polled"]
pub struct Running<T> {
    handle: JoinHandle<T>,
    waiting: Option<Box<WhenReady>>,
}

impl<T> Running<T> {
    /// Polls for a place in the queue, until there is one.
    fn poll_place(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(waiting) = &mut self.waiting else { return Poll::Ready(()) };
        let Poll::Ready(result) = waiting.as_mut().as_mut().poll(cx) else { return Poll::Pending };
        self.waiting = None;
        if let Err(rejected) = result {
            rejected.resolve();
        }
        Poll::Ready(())
    }
}

impl<T> Future for Running<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        if self.poll_place(cx).is_pending() {
            return Poll::Pending;
        }
        match self.handle.poll_join(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(output)) => Poll::Ready(output),
            Poll::Ready(Err(error)) => resume(error),
        }
    }
}

/// A call that has no value cannot return to a caller that expects one.
#[cold]
fn resume(error: JoinError) -> ! {
    match error.try_into_panic() {
        Ok(payload) => panic::resume_unwind(payload),
        Err(error) => panic!("{error}, and there is no value to return: `spawn` gives an error instead"),
    }
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        if !self.handle.is_detached() {
            self.handle.abort();
        } else if let Some(waiting) = self.waiting.take() {
            carry(Box::pin(async {
                if let Err(rejected) = waiting.await {
                    rejected.resolve();
                }
            }));
        }
    }
}

impl<T> fmt::Debug for Running<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}
