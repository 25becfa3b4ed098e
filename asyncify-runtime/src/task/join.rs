//! The caller's side of a task.
#![allow(unsafe_code, reason = "owns a reference to the task cell")]

use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::JoinError;
use super::cancel::Progress;
use super::current;
use super::raw::RawTask;
use super::state::{Outcome, Readiness};
use crate::util::spin::join::{self, SpinResult};
use crate::util::{budget, drop_all_quietly};

/// A handle to a spawned call, which resolves to its value or to a [`JoinError`].
///
/// Dropping the handle *detaches* the call: it continues to run, and its result is dropped on the
/// thread that ran it. If the call has already completed, dropping the handle drops the result.
/// [`abort`](Self::abort) cancels the call.
///
/// If the results of 128 handles are taken on a thread without a wait in between, the next poll of
/// a handle wakes the task and returns pending once, so that other tasks run.
///
/// # Cancel safety
///
/// Awaiting `&mut handle` is cancel safe: the result is kept for the next poll.
///
/// # Panics
///
/// Panics if it is polled again after it has returned its result.
///
/// # Examples
///
/// ```
/// # futures::executor::block_on(async {
/// let handle = asyncify_runtime::spawn_blocking(|| 6 * 7);
/// assert_eq!(handle.await?, 42);
/// # Ok::<(), asyncify_runtime::JoinError>(()) }).unwrap();
/// ```
pub struct JoinHandle<T> {
    /// Owns the handle's reference until the outcome is taken.
    task: Option<RawTask>,
    output: PhantomData<T>,
}

// SAFETY: the handle may take a `T` on another thread than the one that made it, hence `T: Send`;
// the task itself is made to be shared (the rules in `task/mod.rs`).
unsafe impl<T: Send> Send for JoinHandle<T> {}
// SAFETY: a `&JoinHandle` can only abort the task and query it, by operations on the state word.
unsafe impl<T: Send> Sync for JoinHandle<T> {}

impl<T> Unpin for JoinHandle<T> {}
impl<T> UnwindSafe for JoinHandle<T> {}
impl<T> RefUnwindSafe for JoinHandle<T> {}

impl<T> JoinHandle<T> {
    /// # Safety
    ///
    /// The caller transfers the handle's reference of `task`, and `T` is the type of its output.
    pub(super) unsafe fn from_raw(task: RawTask) -> Self {
        Self { task: Some(task), output: PhantomData }
    }

    /// Cancels the call.
    ///
    /// A queued call never runs, and its captures are dropped immediately. A running body continues
    /// to its end, unless it checks [`is_cancelled`](crate::is_cancelled); an async body stops at
    /// its next `.await`. If the call has already completed, its result is kept.
    pub fn abort(&self) {
        self.cancel();
    }

    /// Cancels the call as [`abort`](Self::abort) does, and returns the progress that it had made.
    pub(crate) fn cancel(&self) -> Progress {
        match self.task {
            // SAFETY: the handle's reference.
            Some(task) => unsafe { task.cancel() },
            None => Progress::Finished,
        }
    }

    /// Returns `true` if the call has ended: by a result, a panic or a cancellation.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.task.is_none_or(|task| task.state().is_complete())
    }

    /// Returns the current progress of the call.
    pub(crate) fn progress(&self) -> Progress {
        match self.task {
            Some(task) if task.state().is_complete() => Progress::Finished,
            Some(task) if task.state().is_started() => Progress::Running,
            Some(_) => Progress::Queued,
            None => Progress::Finished,
        }
    }

    /// Returns the handle of a call that has ended, and whose result was taken.
    pub(crate) fn finished() -> Self {
        Self { task: None, output: PhantomData }
    }

    /// Moves the handle out, and leaves a finished one in its place.
    pub(crate) fn take(&mut self) -> Self {
        mem::replace(self, Self::finished())
    }

    /// Returns whether the result was taken.
    pub(crate) fn is_taken(&self) -> bool {
        self.task.is_none()
    }

    /// Returns whether the call continues when the caller's future is dropped.
    pub(crate) fn is_detached(&self) -> bool {
        self.task.is_none_or(|task| task.state().is_detached())
    }

    /// Returns whether a drop of the caller's future waits until the call has ended: not if the
    /// result was taken, nor in the body of the call itself.
    pub(crate) fn joins_on_drop(&self) -> bool {
        self.task.is_some_and(|task| task.state().joins_on_drop() && !current::is(task))
    }

    #[inline]
    pub(crate) fn poll_join(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, JoinError>> {
        let task = self.task.expect("a call was polled after it had completed");
        if task.state().should_spin() {
            let may_yield = !budget::is_noop(cx.waker());
            let result = join::wait(may_yield, || task.state().is_complete());
            if result == SpinResult::Yield {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        // SAFETY: the handle's reference; `&mut` makes it exclusive.
        let Some(outcome) = (unsafe { task.poll(cx) }) else { return Poll::Pending };
        self.task = None;
        let result = match outcome {
            // SAFETY: complete with an output of this handle's type, taken once.
            Outcome::Output => Ok(unsafe { task.take_output::<T>() }),
            // SAFETY: complete with a panic, taken once.
            Outcome::Panicked => Err(JoinError::panic(unsafe { task.take_payload() })),
            other => Err(JoinError::from_outcome(other)),
        };
        // SAFETY: the handle's reference, which is not used again.
        unsafe { task.drop_ref() };
        Poll::Ready(result)
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        budget::poll(cx, |cx| self.poll_join(cx))
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if let Some(task) = self.task {
            // SAFETY: the handle's reference, given up.
            unsafe { task.drop_handle() };
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("finished", &self.is_finished()).finish_non_exhaustive()
    }
}

impl RawTask {
    /// Polls for the outcome, and registers the handle's waker until there is one.
    ///
    /// # Safety
    ///
    /// The caller owns the handle's reference, exclusively.
    unsafe fn poll(self, cx: &mut Context<'_>) -> Option<Outcome> {
        let mut readiness = self.state().readiness();
        if let Readiness::Pending { registered: true } = readiness {
            readiness = self.state().unregister();
        }
        if let Readiness::Pending { .. } = readiness {
            // SAFETY: rule 4: not registered and not complete, so the slot belongs to the handle.
            drop_all_quietly(unsafe { self.set_waker(cx.waker()) });
            readiness = self.state().register();
        }
        match readiness {
            Readiness::Pending { .. } => None,
            Readiness::Complete(outcome) => Some(outcome),
        }
    }

    /// Drops the handle, which has not taken the outcome.
    ///
    /// # Safety
    ///
    /// The caller owns the handle's reference and transfers it.
    pub(super) unsafe fn drop_handle(self) {
        match self.state().drop_handle() {
            Readiness::Complete(outcome) => {
                // SAFETY: complete while the handle was alive, so the outcome is ours.
                unsafe { self.drop_outcome(outcome) };
                // SAFETY: the handle's reference.
                unsafe { self.drop_ref() };
            }
            Readiness::Pending { .. } => {
                // SAFETY: rule 4: not complete, and `WAKER` is clear, so the slot is ours.
                let waker = unsafe { self.take_waker() };
                // SAFETY: the handle's reference.
                unsafe { self.drop_ref() };
                drop_all_quietly(waker);
            }
        }
    }
}
