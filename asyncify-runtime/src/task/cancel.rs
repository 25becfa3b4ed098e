//! Ending a task without running it: it is cancelled, rejected or dropped.
#![allow(unsafe_code, reason = "the claimer of a task: see the rules in `task/mod.rs`")]

use super::raw::RawTask;
use super::state::{Cancel, Claim, Outcome};
use crate::sync::{Ordering, fence};
use crate::util::drop_quietly;

/// The progress that a task had made when it was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The body had not started, and never will.
    Queued,
    /// The body is running, and sees the cancellation.
    Running,
    /// The task had completed; the handle has the outcome.
    Finished,
}

impl RawTask {
    /// Completes a task without running it. Only drops the reference if the task was claimed
    /// before.
    ///
    /// # Safety
    ///
    /// The caller owns the job's reference and transfers it.
    pub(super) unsafe fn abandon(self, outcome: Outcome) {
        match self.state().claim() {
            Claim::Won { queue_permit } => {
                // SAFETY: we claimed.
                unsafe { self.drop_claimed(queue_permit) };
                // SAFETY: we claimed, and body and context are dropped; the job's reference.
                unsafe { self.complete(outcome) };
            }
            // SAFETY: the job's reference.
            Claim::Lost => unsafe { self.drop_ref() },
        }
    }

    /// Drops body, context and permit of a task that never runs. Never unwinds.
    ///
    /// # Safety
    ///
    /// The caller claimed the task and does this instead of running it.
    unsafe fn drop_claimed(self, queue_permit: bool) {
        // SAFETY: we claimed, so the stage is ours and holds the body (rule 2).
        unsafe { self.drop_body() };
        // SAFETY: we claimed; taken once.
        drop_quietly(unsafe { self.take_context() });
        self.drop_body_context();
        if queue_permit {
            // SAFETY: we claimed, and the permit was published (rule 3).
            drop_quietly(unsafe { self.take_queue_permit() });
        }
    }

    /// Cancels the task for its handle. A body that has not started is dropped immediately; a
    /// running body is notified. Returns the progress that the task had made.
    ///
    /// # Safety
    ///
    /// The caller owns the handle's reference.
    pub(super) unsafe fn cancel(self) -> Progress {
        match self.state().cancel() {
            Cancel::Won { queue_permit } => {
                // SAFETY: we claimed.
                unsafe { self.drop_claimed(queue_permit) };
                // `complete` drops a reference, and the handle keeps its own: add one.
                self.state().add_ref();
                // SAFETY: we claimed, body and context are dropped; the reference was just added.
                unsafe { self.complete(Outcome::Cancelled) };
                // After `complete`, because the waker of a job that waits for a permit drops the
                // job.
                self.notify_cancelled();
                Progress::Queued
            }
            Cancel::Running { first } => {
                if first {
                    self.notify_cancelled();
                }
                Progress::Running
            }
            Cancel::Discarded => Progress::Queued,
            Cancel::Finished => Progress::Finished,
        }
    }

    /// Notifies the waiters for the cancellation: the thread that drives an async body, the waiters
    /// of the body's token, or the owner of a job that has not been submitted yet.
    fn notify_cancelled(self) {
        // Store (`CANCEL`), fence, load (`context`) here; store (`context`), fence, load (`CANCEL`)
        // on the side that registers: at least one of the two sees the other.
        fence(Ordering::SeqCst);
        if let Some(context) = self.context_if_any() {
            context.cancel();
        }
    }
}
