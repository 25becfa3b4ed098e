//! The executor's face of a task, and a task that has not been handed over yet.
#![allow(unsafe_code, reason = "owns references to the task cell")]

use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::context::{ContextWrapper, TaskContext};
use super::raw::RawTask;
use super::state::Outcome;
use super::{Body, CallerContext, Executor, JoinHandle, SyncBody};
use crate::limit::{HeldPermit, QueuePermit};

/// A call that waits to be run: opaque, one pointer, and allocated already.
///
/// An [`Executor`](crate::Executor) runs it, once, on a thread that may block. A job that is
/// dropped instead resolves its handle as cancelled, so nobody waits for ever.
#[must_use = "a job that is dropped is cancelled"]
pub struct Job {
    /// Owns the job's reference.
    task: RawTask,
}

// SAFETY: `Fresh::new` asks for a body and an output that are `Send`; the header is made to be
// shared (the rules in `task/mod.rs`).
unsafe impl Send for Job {}

/// What came of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    /// The body ran to its end, or stopped because it was told to.
    Completed,
    /// The body panicked; its caller has the payload.
    Panicked,
    /// It had been cancelled while it was queued; nothing ran.
    Cancelled,
}

/// Why an executor refused a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RejectReason {
    /// A bounded queue is full.
    Full,
    /// The executor takes no more work.
    ShutDown,
}

impl Job {
    /// Runs the call on this thread, in the context that its caller captured.
    ///
    /// Never unwinds: a panic of the body is handed to whoever awaits the call. Nothing runs if
    /// the call was cancelled meanwhile.
    pub fn run(self) {
        self.run_counted();
    }

    /// Runs the call and says what came of it.
    pub(crate) fn run_counted(self) -> Finish {
        let task = ManuallyDrop::new(self).task;
        // SAFETY: the job's reference is given up.
        unsafe { task.run() }
    }

    /// Refuses the call.
    pub(crate) fn reject(self, reason: RejectReason) {
        self.abandon(match reason {
            RejectReason::Full => Outcome::RejectedFull,
            RejectReason::ShutDown => Outcome::RejectedShutDown,
        });
    }

    fn abandon(self, outcome: Outcome) {
        let task = ManuallyDrop::new(self).task;
        // SAFETY: the job's reference is given up.
        unsafe { task.abandon(outcome) };
    }

    /// Gives the job its permit of a bounded queue, to be freed as soon as the job leaves it: when
    /// it starts, or when it is cancelled. At most once a job.
    pub(crate) fn set_queue_permit(&mut self, permit: QueuePermit) {
        // SAFETY: `&mut` to the one job; its queue gives one permit.
        unsafe { self.task.set_queue_permit(permit) };
    }

    /// Has `wrapper` go around the body, inside of those before it.
    pub(crate) fn wrap(&mut self, wrapper: ContextWrapper) {
        self.context().wrap(wrapper);
    }

    /// Sets the scope that calls within the body are in, too.
    pub(crate) fn set_scope(&mut self, executor: Arc<dyn Executor>) {
        self.context().set_scope(executor);
    }

    /// To be called before the task is shared, where the permit comes [later](Self::set_permit).
    pub(crate) fn expect_permit(&mut self) {
        self.context();
    }

    /// Puts a permit under the call, which the body's end gives back. False: the call was cancelled
    /// meanwhile, the permit is given back, and the job is of no use any more.
    pub(crate) fn set_permit(&mut self, permit: HeldPermit) -> bool {
        self.context().set_permit(permit);
        // The task context was there before the task was shared. A canceller claims the task, and
        // then empties the context under its lock. So either it finds the permit, or we find the
        // claim: our lock came first, or its claim came before our lock.
        if !self.task.state().is_claimed() {
            return true;
        }
        drop(self.context().take_permit());
        false
    }

    fn context(&mut self) -> &TaskContext {
        // SAFETY: `&mut` to the one job, which nobody runs yet.
        unsafe { self.task.context() }
    }

    /// Wakes `waker` once the call is cancelled; ready if it is already.
    pub(crate) fn poll_cancelled(&mut self, waker: &Waker) -> Poll<()> {
        self.context().register(waker);
        if self.task.state().is_cancelled() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Says that an awake worker will take the job at once, so that a look pays for the caller.
    pub(crate) fn expect_soon(&self) {
        self.task.state().set_soon();
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // SAFETY: the job's reference is given up.
        unsafe { self.task.abandon(Outcome::Discarded) };
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").finish_non_exhaustive()
    }
}

/// A task that nobody shares yet.
pub(crate) struct Fresh<T> {
    /// Owns both references.
    task: RawTask,
    output: PhantomData<T>,
}

// SAFETY: as for `Job`; `new` asks for `Send` where its caller does not vouch for it.
unsafe impl<T> Send for Fresh<T> {}
// SAFETY: nothing can be done with a `&Fresh`.
unsafe impl<T> Sync for Fresh<T> {}

impl<T: Send + 'static> Fresh<T> {
    #[track_caller]
    pub(crate) fn new<B>(body: B) -> Self
    where
        B: Body<Output = T> + Send + 'static,
    {
        Self { task: RawTask::new(body), output: PhantomData }
    }
}

impl<T> Fresh<T> {
    /// Lets the body run to its end even when the caller's future is dropped.
    pub(crate) fn set_detached(&mut self) {
        self.task.state().set_detached();
    }

    /// Captures the caller's context and splits the task into its two faces.
    pub(crate) fn into_parts(self) -> (Job, JoinHandle<T>) {
        let context = self.capture_context();
        self.into_parts_in(context)
    }

    /// What is current on this thread.
    #[cfg_attr(
        not(feature = "tracing"),
        expect(clippy::unused_self, reason = "only a span asks where the call comes from")
    )]
    pub(crate) fn capture_context(&self) -> CallerContext {
        CallerContext::capture(
            #[cfg(feature = "tracing")]
            &self.task.origin(),
        )
    }

    /// Splits the task into its two faces, to run in `context`.
    pub(crate) fn into_parts_in(self, context: CallerContext) -> (Job, JoinHandle<T>) {
        let task = ManuallyDrop::new(self).task;
        // SAFETY: not shared yet.
        unsafe { task.set_context(context) };
        // SAFETY: the handle's reference goes to the handle, which knows the output's type.
        (Job { task }, unsafe { JoinHandle::from_raw(task) })
    }
}

impl<T> Drop for Fresh<T> {
    fn drop(&mut self) {
        drop(Job { task: self.task });
        // SAFETY: the handle's reference is given up.
        unsafe { self.task.drop_handle() };
    }
}

/// A closure as a task, in the caller's context.
#[track_caller]
pub(crate) fn spawnable<F, T>(f: F) -> (Job, JoinHandle<T>)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Fresh::new(SyncBody::<F>::new(f)).into_parts()
}
