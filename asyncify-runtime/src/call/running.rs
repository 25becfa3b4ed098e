//! A started call: it waits for a permit, waits for room in the queue, or has been submitted.

use std::fmt;
use std::future::poll_fn;
use std::panic::{self, RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};

use super::options::Options;
use super::{Unstarted, on_drop, poll_detached};
use crate::error::{Error, Phase};
use crate::executor::scope;
use crate::executor::{Executor, Rejected, WhenReady};
use crate::limit::{Acquire, HeldPermit, Limiter, LimiterPermit};
use crate::pool::Global;
use crate::sync::Mutex;
use crate::task::{Job, JoinError, JoinHandle, Progress, current};
use crate::util::drop_quietly;

/// A started call. Dropping it cancels the call, unless it is detached.
#[doc(hidden)]
#[must_use = "futures do nothing unless polled"]
pub struct Running<'e, T> {
    handle: JoinHandle<T>,
    /// Boxed, because most calls never wait.
    waiting: Option<Box<Waiting<'e>>>,
}

/// What a call waits for before it is submitted.
pub(super) enum Waiting<'e> {
    Permit(WaitingForPermit<'e>),
    /// The mutex makes the call `Sync`; it is never locked.
    Room(Mutex<WhenReady>),
}

/// A call that waits for a permit.
pub(super) struct WaitingForPermit<'e> {
    acquire: Acquire,
    /// The limiter of a permit that is borrowed from the enclosing call.
    borrowed_from: Option<Limiter>,
    /// `None` once the job was submitted.
    job: Option<Job>,
    target: Target<'e>,
}

/// Where and how a call is submitted.
struct Target<'e> {
    executor: TargetExecutor<'e>,
    when_full: WhenFull,
}

enum TargetExecutor<'e> {
    Named(&'e dyn Executor),
    Shared(Arc<dyn Executor>),
    Global,
}

/// What a call does when its bounded queue is full.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum WhenFull {
    Wait,
    /// Reject the call: `spawn` has no caller to apply back-pressure to.
    Reject,
}

/// Splits a call with options into job, handle and target, and captures the caller's context.
fn prepare<T>(
    call: Unstarted<'_, T>,
    options: Options,
    when_full: WhenFull,
) -> (Job, JoinHandle<T>, Target<'_>) {
    let Unstarted { task, executor, options: _ } = call;
    #[allow(unused_mut, reason = "only a feature's option changes it")]
    let mut context = task.capture_context();
    #[cfg(feature = "tokio")]
    if let Some(runtime) = options.runtime {
        context.set_runtime(runtime);
    }
    let (mut job, handle) = task.into_parts_in(context);
    let executor = TargetExecutor::of(executor, options.executor, &mut job);
    (job, handle, Target { executor, when_full })
}

impl<T> Running<'static, T> {
    /// Submits `call`, which has no limiter and thus does not keep its executor.
    pub(super) fn submit(mut call: Unstarted<'_, T>) -> Self {
        let Some(options) = call.options.take() else {
            return Self::plain(call, WhenFull::Wait);
        };
        debug_assert!(
            options.limiter.is_none(),
            "a call that waits for a permit keeps its executor"
        );
        let (job, handle, target) = prepare(call, *options, WhenFull::Wait);
        Self::new(handle, target.submit(job).map(Waiting::room))
    }

    /// Submits a call without options: the common case.
    fn plain(call: Unstarted<'_, T>, when_full: WhenFull) -> Self {
        let Unstarted { task, executor, options: _ } = call;
        let (job, handle) = task.into_parts();
        Self::new(handle, submit_plain(executor, job, when_full).map(Waiting::room))
    }
}

impl<'e, T> Running<'e, T> {
    /// Starts `call`: submits it, or waits for its permit.
    pub(super) fn start(mut call: Unstarted<'e, T>, when_full: WhenFull) -> Self {
        let Some(mut options) = call.options.take() else {
            return Running::plain(call, when_full);
        };
        let limiter = options.limiter.take();
        let (job, handle, target) = prepare(call, *options, when_full);
        let waiting = match limiter {
            None => target.submit(job).map(Waiting::room),
            Some(limiter) => acquire(limiter, job, target),
        };
        Self::new(handle, waiting)
    }

    #[inline]
    fn new(handle: JoinHandle<T>, waiting: Option<Waiting<'e>>) -> Self {
        Self { handle, waiting: waiting.map(Box::new) }
    }

    /// Returns a call that has ended.
    #[inline]
    pub(super) fn finished() -> Self {
        Self { handle: JoinHandle::finished(), waiting: None }
    }

    /// Lets the call reach its executor without being polled. Otherwise it could be granted a
    /// permit, or room in the queue, and hold it unused until the next poll.
    pub(crate) fn submit_in_background(mut self) -> Self {
        if let Some(waiting) = self.waiting.take() {
            waiting.continue_in_background();
        }
        self
    }

    /// Returns the handle; the call reaches its executor without being polled.
    pub(crate) fn into_handle(self) -> JoinHandle<T> {
        self.submit_in_background().handle.take()
    }

    /// Cancels the call, as [`JoinHandle::abort`] does.
    pub(crate) fn abort(&mut self) {
        self.handle.abort();
        self.waiting = None;
    }

    /// Cancels a call whose timeout expired, unless it is detached, and returns the phase that the
    /// call was in. Returns `None` if the call has completed; the next poll returns its result
    /// then.
    ///
    /// The cancellation decides the phase: a call that it finds queued never runs, and a call that
    /// a thread has already taken counts as running.
    pub(super) fn time_out(&mut self) -> Option<Phase> {
        let progress =
            if self.handle.is_detached() { self.handle.progress() } else { self.handle.cancel() };
        if !self.handle.is_detached() || progress == Progress::Finished {
            self.waiting = None;
        }
        match progress {
            Progress::Queued => Some(Phase::Queue),
            Progress::Running => Some(Phase::Run),
            Progress::Finished => None,
        }
    }

    /// Returns whether a drop of the call would wait for its end.
    pub(super) fn joins_on_drop(&self) -> bool {
        self.handle.joins_on_drop()
    }

    pub(crate) fn poll_result(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, JoinError>> {
        if let Some(waiting) = &mut self.waiting {
            if waiting.poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.waiting = None;
        }
        self.handle.poll_join(cx)
    }
}

/// Acquires a permit for `job`, or borrows that of the enclosing call, and submits the job with it.
fn acquire(limiter: Limiter, mut job: Job, target: Target<'_>) -> Option<Waiting<'_>> {
    let (source, borrowed_from) = match current::lend_permit(&limiter) {
        Some(lent) => (lent, Some(limiter)),
        None => (limiter, None),
    };
    match LimiterPermit::take(source) {
        Ok(permit) => submit_with_permit(permit, borrowed_from, job, &target).map(Waiting::room),
        Err(limiter) => {
            job.expect_permit();
            let (acquire, job) = (limiter.acquire(), Some(job));
            Some(Waiting::Permit(WaitingForPermit { acquire, borrowed_from, job, target }))
        }
    }
}

fn submit_with_permit(
    permit: LimiterPermit,
    borrowed_from: Option<Limiter>,
    mut job: Job,
    target: &Target<'_>,
) -> Option<WhenReady> {
    // A job that was cancelled in the meantime is dropped here, and takes no room in the queue.
    if job.set_permit(HeldPermit::new(permit, borrowed_from)) { target.submit(job) } else { None }
}

impl Waiting<'_> {
    fn room(waiting: WhenReady) -> Self {
        Self::Room(Mutex::new(waiting))
    }

    /// Polls until the call is submitted.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match self {
                Self::Room(waiting) => {
                    let waiting = waiting.get_mut().unwrap_or_else(PoisonError::into_inner);
                    return waiting.as_mut().poll(cx).map(resolve);
                }
                Self::Permit(waiting) => {
                    let Poll::Ready(permit) = Pin::new(&mut waiting.acquire).poll(cx) else {
                        return Poll::Pending;
                    };
                    let Some(job) = waiting.job.take() else { return Poll::Ready(()) };
                    match submit_with_permit(
                        permit,
                        waiting.borrowed_from.take(),
                        job,
                        &waiting.target,
                    ) {
                        None => return Poll::Ready(()),
                        Some(waiting) => *self = Self::room(waiting),
                    }
                }
            }
        }
    }

    /// Continues without being polled by the caller.
    pub(super) fn continue_in_background(self) {
        match self {
            Self::Room(waiting) => {
                let waiting = waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
                poll_detached(Box::pin(async { resolve(waiting.await) }));
            }
            Self::Permit(WaitingForPermit { acquire, borrowed_from, job, target }) => {
                // Without an owned executor the job is dropped, which cancels the call.
                let (Some(target), Some(job)) = (target.share(), job) else { return };
                poll_detached(Box::pin(async move {
                    let Some((permit, job)) = acquire_for(job, acquire).await else { return };
                    if let Some(waiting) = submit_with_permit(permit, borrowed_from, job, &target) {
                        resolve(waiting.await);
                    }
                }));
            }
        }
    }
}

/// Waits for the permit of a job that only its handle can cancel. Returns `None` if it was
/// cancelled; the job has then left the wait queue.
async fn acquire_for(mut job: Job, mut acquire: Acquire) -> Option<(LimiterPermit, Job)> {
    let permit = poll_fn(|cx| {
        if job.poll_cancelled(cx.waker()).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut acquire).poll(cx).map(Some)
    });
    Some((permit.await?, job))
}

/// Resolves the call as rejected, if it was rejected.
fn resolve(result: Result<(), Rejected>) {
    if let Err(rejected) = result {
        rejected.resolve();
    }
}

impl<'e> TargetExecutor<'e> {
    fn of(
        named: Option<&'e dyn Executor>,
        shared: Option<Arc<dyn Executor>>,
        job: &mut Job,
    ) -> Self {
        match (named, shared) {
            (Some(executor), _) => return Self::Named(executor),
            (None, Some(executor)) => return Self::Shared(executor),
            (None, None) => {}
        }
        let Some(executor) = scope::current() else { return Self::Global };
        // Calls within the body inherit the scope.
        job.set_scope(executor.clone());
        Self::Shared(executor)
    }

    fn get(&self) -> &dyn Executor {
        match self {
            Self::Named(executor) => *executor,
            Self::Shared(executor) => &**executor,
            Self::Global => &Global,
        }
    }
}

impl Target<'_> {
    /// Submits a job. Returns a future that waits for room if the queue is full.
    fn submit(&self, job: Job) -> Option<WhenReady> {
        submit(self.executor.get(), job, self.when_full)
    }

    /// Returns the same target with an owned executor, if it has one.
    fn share(self) -> Option<Target<'static>> {
        let executor = match self.executor {
            TargetExecutor::Named(executor) => TargetExecutor::Shared(executor.share()?),
            TargetExecutor::Shared(executor) => TargetExecutor::Shared(executor),
            TargetExecutor::Global => TargetExecutor::Global,
        };
        Some(Target { executor, when_full: self.when_full })
    }
}

/// [`Target::submit`] for a call without options: the common case.
fn submit_plain(
    executor: Option<&dyn Executor>,
    mut job: Job,
    when_full: WhenFull,
) -> Option<WhenReady> {
    match executor {
        Some(executor) => submit(executor, job, when_full),
        None if !scope::is_used() => submit(&Global, job, when_full),
        None => submit(TargetExecutor::of(None, None, &mut job).get(), job, when_full),
    }
}

fn submit(executor: &dyn Executor, job: Job, when_full: WhenFull) -> Option<WhenReady> {
    match executor.execute(job) {
        Ok(()) => None,
        Err(rejected) if rejected.is_full() && when_full == WhenFull::Wait => {
            Some(executor.execute_when_ready(rejected.into_job()))
        }
        Err(rejected) => {
            rejected.resolve();
            None
        }
    }
}

impl<T> UnwindSafe for Running<'_, T> {}
impl<T> RefUnwindSafe for Running<'_, T> {}

impl<T> Future for Running<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match self.poll_result(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(output)) => Poll::Ready(output),
            Poll::Ready(Err(error)) => resume(error),
        }
    }
}

/// Panics: a call without a value cannot return to a caller that expects one.
#[cold]
fn resume(error: JoinError) -> ! {
    match error.try_into_panic() {
        Ok(payload) => panic::resume_unwind(payload),
        Err(error) => {
            panic!("{error}, so there is no value to return; use `spawn` to get an error instead")
        }
    }
}

/// Converts the error of a call that returns a `Result`; a panic is resumed.
#[cold]
pub(super) fn error_or_resume(error: JoinError) -> Error {
    match error.try_into_panic() {
        Ok(payload) => panic::resume_unwind(payload),
        Err(error) => error.into(),
    }
}

impl<T> Running<'_, T> {
    /// Drops the future of a call that has not returned its result.
    #[cold]
    fn drop_pending(&mut self) {
        if !self.handle.is_detached() {
            self.handle.abort();
        } else if let Some(waiting) = self.waiting.take() {
            on_drop::continue_in_background(*waiting);
        }
        if self.handle.joins_on_drop() {
            // The result is the user's, and may panic when it is dropped.
            on_drop::join(&mut |cx| Pin::new(&mut self.handle).poll(cx).map(drop_quietly));
        }
    }
}

impl<T> Drop for Running<'_, T> {
    fn drop(&mut self) {
        if !self.handle.is_taken() {
            self.drop_pending();
        }
    }
}

impl<T> fmt::Debug for Running<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}
