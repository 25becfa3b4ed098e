//! The executor's side of a task, and a task that has not been submitted yet.
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

/// A submitted call: opaque, one pointer wide, and already allocated.
///
/// An [`Executor`](crate::Executor) runs it, once, on a thread that may block. Dropping a job
/// instead resolves its call as cancelled, so its caller never hangs.
#[must_use = "a job that is dropped is cancelled"]
pub struct Job {
    /// Owns the job's reference.
    task: RawTask,
}

// SAFETY: `UnsubmittedTask::new` requires a body and an output that are `Send`; the header is made
// to be shared (the rules in `task/mod.rs`).
unsafe impl Send for Job {}
// SAFETY: a `&Job` can only set a bit of the state word.
unsafe impl Sync for Job {}

/// The result of running a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    /// The body returned, or stopped because it was cancelled.
    Completed,
    /// The body panicked; its caller receives the payload.
    Panicked,
    /// The job was cancelled while it was queued; the body did not run.
    Cancelled,
}

/// Why an executor rejected a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RejectReason {
    /// A bounded queue is full.
    Full,
    /// The executor is shut down.
    ShutDown,
    /// The system refused to start a thread.
    NoThread,
}

impl Job {
    /// Runs the call on this thread, in the context that was captured from its caller.
    ///
    /// This method never unwinds: a panic of the body is sent to the task that awaits the call. If
    /// the call was cancelled in the meantime, nothing runs.
    pub fn run(self) {
        self.run_counted();
    }

    /// Runs the call and returns how it ended.
    pub(crate) fn run_counted(self) -> Finish {
        let task = ManuallyDrop::new(self).task;
        // SAFETY: the job's reference is given up.
        unsafe { task.run() }
    }

    /// Rejects the call.
    pub(crate) fn reject(self, reason: RejectReason) {
        self.abandon(match reason {
            RejectReason::Full => Outcome::RejectedFull,
            RejectReason::ShutDown => Outcome::RejectedShutDown,
            RejectReason::NoThread => Outcome::RejectedNoThread,
        });
    }

    fn abandon(self, outcome: Outcome) {
        let task = ManuallyDrop::new(self).task;
        // SAFETY: the job's reference is given up.
        unsafe { task.abandon(outcome) };
    }

    /// Stores the job's permit of a bounded queue. It is released as soon as the job leaves the
    /// queue: when it starts, or when it is cancelled. At most once for each job.
    pub(crate) fn set_queue_permit(&mut self, permit: QueuePermit) {
        // SAFETY: `&mut` to the task's only job; its queue sets one permit.
        unsafe { self.task.set_queue_permit(permit) };
    }

    /// Adds a wrapper around the body, inside the earlier ones.
    pub(crate) fn wrap(&mut self, wrapper: ContextWrapper) {
        self.context().wrap(wrapper);
    }

    /// Sets the executor of the scope, which calls within the body inherit.
    pub(crate) fn set_scope(&mut self, executor: Arc<dyn Executor>) {
        self.context().set_scope(executor);
    }

    /// Prepares the task for a permit that is set [later](Self::set_permit). Called before the task
    /// is shared.
    pub(crate) fn expect_permit(&mut self) {
        self.context();
    }

    /// Sets the limiter's permit, which is released when the body ends. Returns `false` if the call
    /// was cancelled in the meantime; the permit has been released then, and the job will not run.
    pub(crate) fn set_permit(&mut self, permit: HeldPermit) -> bool {
        self.context().set_permit(permit);
        // The task context was made before the task was shared. A canceller claims the task, and
        // then empties the context under its lock. So either it finds the permit, or we find the
        // claim: our lock came first, or its claim came before our lock.
        if !self.task.state().is_claimed() {
            return true;
        }
        drop(self.context().take_permit());
        false
    }

    fn context(&mut self) -> &TaskContext {
        // SAFETY: `&mut` to the task's only job, which is not running yet.
        unsafe { self.task.context() }
    }

    /// Polls for the cancellation of the call.
    pub(crate) fn poll_cancelled(&mut self, waker: &Waker) -> Poll<()> {
        self.context().register(waker);
        if self.task.state().is_cancelled() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Notes that an awake worker will take the job at once, so that the caller spins for the
    /// result.
    pub(crate) fn set_spin_hint(&self) {
        self.task.state().set_spin_hint();
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

/// A task that has not been submitted, with both of its references.
pub(crate) struct UnsubmittedTask<T> {
    /// Owns both references.
    task: RawTask,
    output: PhantomData<T>,
}

// SAFETY: as for `Job`; `new` requires body and output to be `Send`.
unsafe impl<T> Send for UnsubmittedTask<T> {}
// SAFETY: a `&UnsubmittedTask` only reads the task's name and location, which are `'static`.
unsafe impl<T> Sync for UnsubmittedTask<T> {}

impl<T: Send + 'static> UnsubmittedTask<T> {
    #[track_caller]
    pub(crate) fn new<B>(body: B) -> Self
    where
        B: Body<Output = T> + Send + 'static,
    {
        Self { task: RawTask::new(body), output: PhantomData }
    }
}

impl<T> UnsubmittedTask<T> {
    /// Lets the body run to completion even if the caller's future is dropped.
    pub(crate) fn set_detached(&mut self) {
        self.task.state().set_detached();
    }

    /// Lets a drop of the caller's future wait until the call has ended.
    pub(crate) fn set_join_on_drop(&mut self) {
        self.task.state().set_join_on_drop();
    }

    /// Captures the caller's context and splits the task into job and handle.
    pub(crate) fn into_parts(self) -> (Job, JoinHandle<T>) {
        let context = self.capture_context();
        self.into_parts_in(context)
    }

    /// Captures the context of this thread.
    #[cfg_attr(
        not(any(feature = "tracing", feature = "console")),
        expect(clippy::unused_self, reason = "only an observer needs the origin of the call")
    )]
    pub(crate) fn capture_context(&self) -> CallerContext {
        CallerContext::capture(
            #[cfg(any(feature = "tracing", feature = "console"))]
            &self.task.origin(),
        )
    }

    /// Splits the task into job and handle; the body runs in `context`.
    pub(crate) fn into_parts_in(self, context: CallerContext) -> (Job, JoinHandle<T>) {
        let task = ManuallyDrop::new(self).task;
        // SAFETY: not shared yet.
        unsafe { task.set_context(context) };
        // SAFETY: the handle's reference goes to the handle, which knows the output's type.
        (Job { task }, unsafe { JoinHandle::from_raw(task) })
    }
}

impl<T> Drop for UnsubmittedTask<T> {
    fn drop(&mut self) {
        drop(Job { task: self.task });
        // SAFETY: the handle's reference is given up.
        unsafe { self.task.drop_handle() };
    }
}

/// Makes a task of a closure, in the context of this thread.
#[track_caller]
pub(crate) fn spawnable<F, T>(f: F) -> (Job, JoinHandle<T>)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    UnsubmittedTask::new(SyncBody::<F>::new(f)).into_parts()
}
