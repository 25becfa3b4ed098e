//! The executor of all calls inside a future: chosen by who runs it, not by who wrote it.

use std::cell::RefCell;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::executor::{DedicatedThread, Executor, Rejected, WhenReady};
use crate::sync::{Mutex, MutexGuard, unmodelled};
use crate::task::{Job, current};

/// Whether there ever was a scope in this process. Most have none, and their calls look no further.
static USED: unmodelled::AtomicBool = unmodelled::AtomicBool::new(false);

thread_local! {
    /// The scope whose future this thread polls.
    static POLLED: RefCell<Option<Arc<dyn Executor>>> = const { RefCell::new(None) };
}

/// Whether there can be a scope around.
pub(crate) fn is_used() -> bool {
    // Relaxed: who is in a scope came there after it was made.
    USED.load(unmodelled::Ordering::Relaxed)
}

/// The executor of the scope around: of the future that is polled here, or of the call whose body
/// runs here.
pub(crate) fn current() -> Option<Arc<dyn Executor>> {
    POLLED.with_borrow(Option::clone).or_else(current::scope)
}

/// Sends all calls inside `future` that name no executor to `executor`.
///
/// So a library annotates its functions, and the application decides where they run; a test has
/// them run in order on its own thread with [`Inline`](crate::Inline). The scope reaches calls
/// inside the bodies too, but not tasks that are spawned elsewhere. An inner scope wins over an
/// outer one.
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
        let _polled = enter(this.executor.clone());
        this.future.poll(cx)
    }
}

impl<F> fmt::Debug for ScopeExecutor<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeExecutor").finish_non_exhaustive()
    }
}

fn enter(executor: Arc<dyn Executor>) -> Polled {
    Polled { around: POLLED.with(|polled| polled.replace(Some(executor))) }
}

/// Restores the scope around, also when the poll panics.
struct Polled {
    around: Option<Arc<dyn Executor>>,
}

impl Drop for Polled {
    fn drop(&mut self) {
        let around = self.around.take();
        drop(POLLED.with(|polled| polled.replace(around)));
    }
}

/// Runs all calls inside `future` that name no executor on one thread, one after the other.
///
/// For code that is bound to its thread: a library with thread-local state, a database handle. Each
/// scope has a thread of its own, made at the first call, that ends after the scope; scopes run
/// beside each other. A call that outlives its scope is refused, rather than run on another thread.
/// Leaving the scope waits for nothing.
///
/// A body may make further calls of its scope and wait for them, by [`block_on`](crate::block_on) or
/// as an async body: they run in place, as on a [`DedicatedThread`].
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
    let lane = Arc::new(Lane { state: Mutex::new(LaneState::New) });
    let _end = EndOfLane(lane.clone());
    scope_executor(lane, future).await
}

/// The thread of a scope.
struct Lane {
    /// Held to make the thread and to submit to it; never while a body runs.
    state: Mutex<LaneState>,
}

enum LaneState {
    /// No call has come yet.
    New,
    Open(DedicatedThread),
    /// The scope is over.
    Ended,
}

impl Lane {
    fn lock(&self) -> MutexGuard<'_, LaneState> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The thread, made now if this is the first call.
    fn thread(&self) -> Option<DedicatedThread> {
        let mut state = self.lock();
        if let LaneState::New = *state {
            *state = LaneState::Open(DedicatedThread::new("scope").ok()?);
        }
        match &*state {
            LaneState::Open(thread) => Some(thread.clone()),
            _ => None,
        }
    }
}

impl Executor for Lane {
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

/// Ends the lane with its scope, however that is left. The thread does what is queued and goes.
struct EndOfLane(Arc<Lane>);

impl Drop for EndOfLane {
    fn drop(&mut self) {
        drop(std::mem::replace(&mut *self.0.lock(), LaneState::Ended));
    }
}
