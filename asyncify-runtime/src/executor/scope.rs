//! The executor of all calls within a future, chosen by the code that runs the future.

use std::cell::RefCell;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::executor::{DedicatedThread, Executor, Rejected, WhenReady};
use crate::sync::{Mutex, MutexGuard, unmodelled};
use crate::task::{Job, current};

/// Whether this process has used a scope. Most processes never do, and their calls skip the lookup.
static USED: unmodelled::AtomicBool = unmodelled::AtomicBool::new(false);

thread_local! {
    /// The executor of the scope whose future this thread polls.
    static POLLED: RefCell<Option<Arc<dyn Executor>>> = const { RefCell::new(None) };
}

/// Returns whether this process has used a scope.
pub(crate) fn is_used() -> bool {
    // Relaxed: code within a scope runs after the scope was made.
    USED.load(unmodelled::Ordering::Relaxed)
}

/// Returns the executor of the current scope: of the future that this thread polls, or of the call
/// whose body it runs.
pub(crate) fn current() -> Option<Arc<dyn Executor>> {
    POLLED.with_borrow(Option::clone).or_else(current::scope)
}

/// Sets the default executor for all calls within `future`.
///
/// A library can annotate its functions and leave it to the application where they run. A test can
/// run all calls in order on its own thread with [`Inline`](crate::Inline). A call with an executor
/// of its own is not affected. The scope includes calls within bodies, but not tasks that are
/// spawned separately. An inner scope takes precedence over an outer one.
///
/// # Cancel safety
///
/// As cancel safe as `future`.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{Inline, asyncify, scope_executor};
///
/// async fn library() -> std::thread::ThreadId {
///     asyncify!(|| std::thread::current().id()).await
/// }
///
/// # futures::executor::block_on(async {
/// let here = std::thread::current().id();
/// assert_ne!(library().await, here);
/// assert_eq!(scope_executor(Inline, library()).await, here);
/// # });
/// ```
pub fn scope_executor<E, F>(executor: E, future: F) -> ScopeExecutor<F>
where
    E: Executor + 'static,
    F: Future,
{
    USED.store(true, unmodelled::Ordering::Relaxed);
    ScopeExecutor { future, executor: Arc::new(executor) }
}

pin_project! {
    /// The future of [`scope_executor`].
    #[must_use = "futures do nothing unless polled"]
    pub struct ScopeExecutor<F> {
        #[pin]
        future: F,
        executor: Arc<dyn Executor>,
    }
}

impl<F: Future> Future for ScopeExecutor<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _guard = enter(this.executor.clone());
        this.future.poll(cx)
    }
}

impl<F> fmt::Debug for ScopeExecutor<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeExecutor").finish_non_exhaustive()
    }
}

fn enter(executor: Arc<dyn Executor>) -> EnterGuard {
    EnterGuard { outer: POLLED.with(|polled| polled.replace(Some(executor))) }
}

/// Restores the outer scope when it is dropped, also if the poll panics.
struct EnterGuard {
    outer: Option<Arc<dyn Executor>>,
}

impl Drop for EnterGuard {
    fn drop(&mut self) {
        let outer = self.outer.take();
        drop(POLLED.with(|polled| polled.replace(outer)));
    }
}

/// Runs all calls within `future` on one thread, one after the other, unless a call has an executor
/// of its own.
///
/// Use it for code that must stay on one thread: a library with thread-local state, a database
/// handle. Each scope has its own thread, which is created for the first call and exits after the
/// scope, so several scopes run in parallel. A call that is made after the end of the scope is
/// rejected rather than run on another thread. The end of the scope does not wait for calls.
///
/// A body may make further calls in its scope and wait for them, with [`block_on`](crate::block_on)
/// or in an async body. They run in place, as on a [`DedicatedThread`].
///
/// # Cancel safety
///
/// As cancel safe as `future`.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::{asyncify, scope_thread};
///
/// # futures::executor::block_on(scope_thread(async {
/// let first = asyncify!(|| std::thread::current().id()).await;
/// let second = asyncify!(|| std::thread::current().id()).await;
/// assert_eq!(first, second);
/// # }));
/// ```
pub async fn scope_thread<F: Future>(future: F) -> F::Output {
    let thread = Arc::new(ScopeThread { state: Mutex::new(ThreadState::NotStarted) });
    let _guard = EndGuard(thread.clone());
    scope_executor(thread, future).await
}

/// The thread of a scope.
struct ScopeThread {
    /// Locked to create or clone the handle of the thread; never while a job is submitted or runs.
    state: Mutex<ThreadState>,
}

enum ThreadState {
    /// There was no call yet.
    NotStarted,
    Started(DedicatedThread),
    /// The scope is over.
    Ended,
}

impl ScopeThread {
    fn lock(&self) -> MutexGuard<'_, ThreadState> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Returns the thread, which is created by the first call. `None` if the scope is over, or if
    /// the thread cannot be created.
    fn thread(&self) -> Option<DedicatedThread> {
        let mut state = self.lock();
        if let ThreadState::NotStarted = *state {
            *state = ThreadState::Started(DedicatedThread::new("scope").ok()?);
        }
        match &*state {
            ThreadState::Started(thread) => Some(thread.clone()),
            _ => None,
        }
    }
}

impl Executor for ScopeThread {
    fn execute(&self, job: Job) -> Result<(), Rejected> {
        match self.thread() {
            Some(thread) => thread.execute(job),
            None => Err(Rejected::shut_down(job)),
        }
    }

    fn execute_when_ready(&self, job: Job) -> WhenReady {
        match self.thread() {
            Some(thread) => thread.execute_when_ready(job),
            None => Box::pin(std::future::ready(Err(Rejected::shut_down(job)))),
        }
    }
}

/// Ends the thread with its scope, also if the future is dropped. The thread runs the queued calls
/// and exits.
struct EndGuard(Arc<ScopeThread>);

impl Drop for EndGuard {
    fn drop(&mut self) {
        drop(std::mem::replace(&mut *self.0.lock(), ThreadState::Ended));
    }
}
