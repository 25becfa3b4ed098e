//! A call under way: in line for a permit, in line for a place, or with its executor.

use std::fmt;
use std::future::poll_fn;
use std::panic;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::BlockingCall;
use super::options::Options;
use crate::call::carry;
use crate::error::{Error, Phase};
use crate::executor::scope;
use crate::executor::{Executor, Rejected, WhenReady};
use crate::limit::{Acquire, HeldPermit, Limiter, LimiterPermit};
use crate::pool::global;
use crate::task::{Job, JoinError, JoinHandle, Progress, current};

/// A call that was started. Dropping it cancels the call, unless it is detached.
#[doc(hidden)]
#[must_use = "futures do nothing unless polled"]
pub struct Running<'e, T> {
    handle: JoinHandle<T>,
    /// Boxed, as most calls never wait.
    waiting: Option<Box<Waiting<'e>>>,
}

/// What stands between a call and its executor.
enum Waiting<'e> {
    Permit(InLine<'e>),
    Room(WhenReady),
}

/// A call in line for a permit.
struct InLine<'e> {
    acquire: Acquire,
    /// The limiter of a permit that the call around lends.
    lender: Option<Limiter>,
    /// None once it was submitted.
    job: Option<Job>,
    target: Target<'e>,
}

/// Where a call goes.
struct Target<'e> {
    executor: Chosen<'e>,
    when_full: WhenFull,
}

enum Chosen<'e> {
    Named(&'e dyn Executor),
    Shared(Arc<dyn Executor>),
    Global,
}

/// What a call does that finds a bounded queue full.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum WhenFull {
    Wait,
    /// Nobody would be held back by the wait.
    GiveUp,
}

/// Takes a call with options apart, in its caller's context.
fn begin<T>(
    call: BlockingCall<'_, T>,
    options: Options,
    when_full: WhenFull,
) -> (Job, JoinHandle<T>, Target<'_>) {
    let BlockingCall { task, executor, options: _ } = call;
    #[allow(unused_mut, reason = "only a feature's option changes it")]
    let mut context = task.capture_context();
    #[cfg(feature = "tokio")]
    if let Some(runtime) = options.runtime {
        context.set_runtime(runtime);
    }
    let (mut job, handle) = task.into_parts_in(context);
    let executor = Chosen::of(executor, options.executor, &mut job);
    (job, handle, Target { executor, when_full })
}

impl<T> Running<'static, T> {
    /// Submits `call`, which has no limiter: its executor is needed no longer.
    pub(super) fn submit(mut call: BlockingCall<'_, T>) -> Self {
        let Some(options) = call.options.take() else {
            return Self::plain(call, WhenFull::Wait);
        };
        debug_assert!(options.limiter.is_none(), "a call in line keeps its executor");
        let (job, handle, target) = begin(call, *options, WhenFull::Wait);
        Self::new(handle, target.submit(job).map(Waiting::Room))
    }

    /// Submits a call without options: the way that nearly all go.
    fn plain(call: BlockingCall<'_, T>, when_full: WhenFull) -> Self {
        let BlockingCall { task, executor, options: _ } = call;
        let (job, handle) = task.into_parts();
        Self::new(handle, submit_plain(executor, job, when_full).map(Waiting::Room))
    }
}

impl<'e, T> Running<'e, T> {
    /// Starts `call`: submits it, or puts it in line.
    pub(super) fn start(mut call: BlockingCall<'e, T>, when_full: WhenFull) -> Self {
        let Some(mut options) = call.options.take() else {
            return Running::plain(call, when_full);
        };
        let limiter = options.limiter.take();
        let (job, handle, target) = begin(call, *options, when_full);
        let waiting = match limiter {
            None => target.submit(job).map(Waiting::Room),
            Some(limiter) => acquire(limiter, job, target),
        };
        Self::new(handle, waiting)
    }

    #[inline]
    fn new(handle: JoinHandle<T>, waiting: Option<Waiting<'e>>) -> Self {
        Self { handle, waiting: waiting.map(Box::new) }
    }

    /// Lets the call go on to its executor by itself, polled or not: a permit or a place that it is
    /// handed while nobody polls it would be held for nothing.
    pub(crate) fn unattended(mut self) -> Self {
        if let Some(waiting) = self.waiting.take() {
            waiting.go_on();
        }
        self
    }

    /// The handle of a call that goes on by itself.
    pub(crate) fn into_handle(self) -> JoinHandle<T> {
        self.unattended().handle.take()
    }

    /// Asks the call to stop, as [`JoinHandle::abort`].
    pub(crate) fn abort(&mut self) {
        self.handle.abort();
        self.waiting = None;
    }

    /// Gives the call up, unless it is detached, and says in which phase that found it. `None`: it
    /// has ended meanwhile, and the next poll has its result.
    ///
    /// The cancellation itself decides: what it finds in the queue never runs, and what was taken
    /// by a thread before it counts as running.
    pub(super) fn give_up(&mut self) -> Option<Phase> {
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

/// Takes a permit for `job`, from the call around if that holds one, and submits the job with it.
fn acquire(limiter: Limiter, mut job: Job, target: Target<'_>) -> Option<Waiting<'_>> {
    let (line, lender) = match current::lend_permit(&limiter) {
        Some(lent) => (lent, Some(limiter)),
        None => (limiter, None),
    };
    match LimiterPermit::take(line) {
        Ok(permit) => submit_under(permit, lender, job, &target).map(Waiting::Room),
        Err(line) => {
            job.expect_permit();
            let (acquire, job) = (Acquire::new(line), Some(job));
            Some(Waiting::Permit(InLine { acquire, lender, job, target }))
        }
    }
}

fn submit_under(
    permit: LimiterPermit,
    lender: Option<Limiter>,
    mut job: Job,
    target: &Target<'_>,
) -> Option<WhenReady> {
    // A job that was cancelled meanwhile is dropped here: in a queue it would stand in the way.
    if job.set_permit(HeldPermit::new(permit, lender)) { target.submit(job) } else { None }
}

impl Waiting<'_> {
    /// Polls until the call is with its executor.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match self {
                Self::Room(waiting) => return waiting.as_mut().poll(cx).map(resolve),
                Self::Permit(in_line) => {
                    let Poll::Ready(permit) = Pin::new(&mut in_line.acquire).poll(cx) else {
                        return Poll::Pending;
                    };
                    let Some(job) = in_line.job.take() else { return Poll::Ready(()) };
                    match submit_under(permit, in_line.lender.take(), job, &in_line.target) {
                        None => return Poll::Ready(()),
                        Some(waiting) => *self = Self::Room(waiting),
                    }
                }
            }
        }
    }

    /// Goes on without the caller.
    fn go_on(self) {
        match self {
            Self::Room(waiting) => carry(Box::pin(async { resolve(waiting.await) })),
            Self::Permit(InLine { acquire, lender, job, target }) => {
                // The job is dropped, and so its call cancelled, where there is no such handle.
                let (Some(target), Some(job)) = (target.share(), job) else { return };
                carry(Box::pin(async move {
                    let Some((permit, job)) = acquire_for(job, acquire).await else { return };
                    if let Some(waiting) = submit_under(permit, lender, job, &target) {
                        resolve(waiting.await);
                    }
                }));
            }
        }
    }
}

/// Waits for the permit of a job, which is cancelled by its handle alone. `None`: it was, and has
/// left the line.
async fn acquire_for(mut job: Job, mut acquire: Acquire) -> Option<(LimiterPermit, Job)> {
    let permit = poll_fn(|cx| {
        if job.poll_cancelled(cx.waker()).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut acquire).poll(cx).map(Some)
    });
    Some((permit.await?, job))
}

/// Tells the call that it was refused, if it was.
fn resolve(result: Result<(), Rejected>) {
    if let Err(rejected) = result {
        rejected.resolve();
    }
}

impl<'e> Chosen<'e> {
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
        // Calls within the body are in the scope too.
        job.set_scope(executor.clone());
        Self::Shared(executor)
    }

    fn get(&self) -> &dyn Executor {
        match self {
            Self::Named(executor) => *executor,
            Self::Shared(executor) => &**executor,
            Self::Global => global(),
        }
    }
}

impl Target<'_> {
    /// Submits a job; gives the wait for a place where there is none.
    fn submit(&self, job: Job) -> Option<WhenReady> {
        submit(self.executor.get(), job, self.when_full)
    }

    /// The same, not borrowed.
    fn share(self) -> Option<Target<'static>> {
        let executor = match self.executor {
            Chosen::Named(executor) => Chosen::Shared(executor.share()?),
            Chosen::Shared(executor) => Chosen::Shared(executor),
            Chosen::Global => Chosen::Global,
        };
        Some(Target { executor, when_full: self.when_full })
    }
}

/// [`Target::submit`], for a call without options: the way that nearly all go.
fn submit_plain(
    executor: Option<&dyn Executor>,
    mut job: Job,
    when_full: WhenFull,
) -> Option<WhenReady> {
    match executor {
        Some(executor) => submit(executor, job, when_full),
        None if !scope::exist() => submit(global(), job, when_full),
        None => submit(Chosen::of(None, None, &mut job).get(), job, when_full),
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

/// A call that has no value cannot return to a caller that expects one.
#[cold]
fn resume(error: JoinError) -> ! {
    match error.try_into_panic() {
        Ok(payload) => panic::resume_unwind(payload),
        Err(error) => {
            panic!("{error}, and there is no value to return: `spawn` gives an error instead")
        }
    }
}

/// The error of a call that can say what went wrong; a panic goes on.
#[cold]
pub(super) fn error_or_resume(error: JoinError) -> Error {
    match error.try_into_panic() {
        Ok(payload) => panic::resume_unwind(payload),
        Err(error) => error.into(),
    }
}

impl<T> Drop for Running<'_, T> {
    fn drop(&mut self) {
        if !self.handle.is_detached() {
            self.handle.abort();
        } else if let Some(waiting) = self.waiting.take() {
            waiting.go_on();
        }
    }
}

impl<T> fmt::Debug for Running<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}
