//! The state word of a task, and all of its transitions.

use crate::sync::{AtomicUsize, Ordering};

/// The task was claimed: by the worker that runs it, or by a cancellation, drop or rejection. Set
/// once; from then on body, context and queue permit belong to the claimer.
const CLAIMED: usize = 1 << 0;
/// The outcome is final and, if the handle is alive, stored. Set once, by the claimer.
const COMPLETE: usize = 1 << 1;
/// The [`Outcome`]: three bits, valid once `COMPLETE` is set.
const OUTCOME_SHIFT: u32 = 2;
const OUTCOME: usize = 0b111 << OUTCOME_SHIFT;
/// The task was cancelled: the caller's future was dropped, or the handle aborted. A running body
/// sees it.
const CANCEL: usize = 1 << 5;
/// The `JoinHandle` is alive and may still take the outcome.
const HANDLE: usize = 1 << 6;
/// The waker slot is filled and belongs to the claimer from completion on. Until then the handle
/// may clear the bit, and owns the slot while it is clear.
const WAKER: usize = 1 << 7;
/// The slot of the queue permit is filled and belongs to the claimer.
const QUEUE_PERMIT: usize = 1 << 8;
/// Dropping the caller's future does not cancel the task. Set before the task is shared, if at all.
const DETACHED: usize = 1 << 9;
/// A worker was awake at submission: the handle may spin for the result before it returns
/// `Pending`.
const SPIN_HINT: usize = 1 << 10;
/// The body was claimed to be run, and not to be dropped. Set with `CLAIMED`; without meaning if
/// that was set before.
const STARTED: usize = 1 << 11;
/// A drop of the caller's future waits for the end of the task. Set before the task is shared.
const JOIN_ON_DROP: usize = 1 << 12;
/// One reference: the job and the handle each own one.
const REF: usize = 1 << 13;

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Outcome {
    /// The stage holds the output.
    Output = 0,
    /// The slot holds the payload of a panic.
    Panicked = 1,
    /// Cancelled before it ran or, for an async body, at an `.await`.
    Cancelled = 2,
    /// Dropped by its executor before it ran.
    Discarded = 3,
    /// Rejected: the queue was full.
    RejectedFull = 4,
    /// Rejected: the executor was shut down.
    RejectedShutDown = 5,
    /// Rejected: the system refused to start a thread.
    RejectedNoThread = 6,
}

/// The result of a claim.
#[must_use]
pub(super) enum Claim {
    /// Body and context are ours and, if `queue_permit` is set, so is the queue permit.
    Won { queue_permit: bool },
    /// The task was claimed before.
    Lost,
}

/// The result of a cancellation.
#[must_use]
pub(super) enum Cancel {
    /// The task had not started: body, context and queue permit are ours, and we complete it.
    Won { queue_permit: bool },
    /// The body is running. `first`: this is the first cancellation, so its waiters are to be
    /// notified.
    Running { first: bool },
    /// The body was claimed to be dropped, and never runs.
    Discarded,
    /// The task had completed: the outcome is final.
    Finished,
}

/// What the claimer does after completion.
#[must_use]
pub(super) enum Complete {
    /// Take the waker out of its slot, drop the reference, and wake.
    Wake,
    /// The handle is gone: drop the outcome, then the reference.
    NoHandle,
    /// Nothing: our reference is dropped already, and the task must not be touched.
    Done,
}

/// The state of a task as its handle sees it.
#[must_use]
pub(super) enum Readiness {
    /// Not complete; unless `registered`, the waker slot belongs to the handle.
    Pending { registered: bool },
    /// Complete; the outcome belongs to the handle.
    Complete(Outcome),
}

pub(super) struct State(AtomicUsize);

impl State {
    /// The state of a new task with two references: the job's and the handle's.
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(HANDLE | (2 * REF)))
    }

    /// Keeps a drop of the caller's future from cancelling the task. Called before the task is
    /// shared.
    pub(super) fn set_detached(&self) {
        // Relaxed: the task is not shared yet; submission publishes it.
        self.0.fetch_or(DETACHED, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn is_detached(&self) -> bool {
        // Relaxed: written before the task was shared.
        self.0.load(Ordering::Relaxed) & DETACHED != 0
    }

    /// Lets a drop of the caller's future wait for the end of the task. Called before the task is
    /// shared.
    pub(super) fn set_join_on_drop(&self) {
        // Relaxed: as in `set_detached`.
        self.0.fetch_or(JOIN_ON_DROP, Ordering::Relaxed);
    }

    pub(super) fn joins_on_drop(&self) -> bool {
        // Relaxed: written before the task was shared.
        self.0.load(Ordering::Relaxed) & JOIN_ON_DROP != 0
    }

    /// Notes that a worker was awake at submission.
    pub(super) fn set_spin_hint(&self) {
        // Relaxed: a hint.
        self.0.fetch_or(SPIN_HINT, Ordering::Relaxed);
    }

    /// Returns whether the handle should spin for the result: not if it has a waker, which will be
    /// woken.
    #[inline]
    pub(super) fn should_spin(&self) -> bool {
        // Relaxed: a hint.
        self.0.load(Ordering::Relaxed) & (SPIN_HINT | WAKER) == SPIN_HINT
    }

    /// Publishes the queue permit, which the claimer then releases. Returns `false` if the task was
    /// claimed before; the slot is still ours then.
    #[must_use]
    pub(super) fn publish_queue_permit(&self) -> bool {
        // Release: publishes the slot to the claimer's Acquire.
        self.0.fetch_or(QUEUE_PERMIT, Ordering::Release) & CLAIMED == 0
    }

    /// Claims the task to run the body.
    #[inline]
    pub(super) fn start(&self) -> Claim {
        self.claim_as(CLAIMED | STARTED)
    }

    /// Claims the task to drop the body.
    pub(super) fn claim(&self) -> Claim {
        self.claim_as(CLAIMED)
    }

    fn claim_as(&self, flags: usize) -> Claim {
        // Acquire: pairs with `publish_queue_permit`. The rest of the task was published by the
        // queue that transferred it, or was never shared.
        let before = self.0.fetch_or(flags, Ordering::Acquire);
        if before & CLAIMED == 0 {
            Claim::Won { queue_permit: before & QUEUE_PERMIT != 0 }
        } else {
            Claim::Lost
        }
    }

    /// Cancels the task, and claims it if it was not claimed before.
    pub(super) fn cancel(&self) -> Cancel {
        // Acquire: as in `claim`, and pairs with the Release in `complete`: if the task is
        // complete, its outcome may be taken. Release: publishes the canceller's earlier writes to
        // a body that sees the cancellation (`is_cancelled`).
        let before = self.0.fetch_or(CLAIMED | CANCEL, Ordering::AcqRel);
        if before & CLAIMED == 0 {
            Cancel::Won { queue_permit: before & QUEUE_PERMIT != 0 }
        } else if before & COMPLETE != 0 {
            Cancel::Finished
        } else if before & STARTED != 0 {
            Cancel::Running { first: before & CANCEL == 0 }
        } else {
            Cancel::Discarded
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        // Acquire: pairs with the Release in `cancel`.
        self.0.load(Ordering::Acquire) & CANCEL != 0
    }

    /// Completes the task, for the claimer that has stored the outcome.
    pub(super) fn complete(&self, outcome: Outcome) -> Complete {
        // Acquire: pairs with the handle's Release in `register` and `drop_handle`: the waker
        // that it left in the slot, or its last access to the slot.
        let mut current = self.0.load(Ordering::Acquire);
        loop {
            debug_assert!(current & CLAIMED != 0 && current & COMPLETE == 0);
            if current & HANDLE == 0 {
                return Complete::NoHandle;
            }
            let done = current | COMPLETE | ((outcome as usize) << OUTCOME_SHIFT);
            let (next, step) = if current & WAKER != 0 {
                (done, Complete::Wake)
            } else {
                (done - REF, Complete::Done)
            };
            // Release: publishes the outcome, and orders our last accesses, for the handle's
            // Acquire in `readiness` and `drop_handle`. Acquire: as above.
            match self.0.compare_exchange_weak(current, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return step,
                Err(actual) => current = actual,
            }
        }
    }

    /// Returns whether the task was claimed, to be run or dropped.
    pub(super) fn is_claimed(&self) -> bool {
        // Relaxed: a snapshot; no other data is read because of it. `Job::set_permit` calls this
        // after it has stored a permit for the canceller to find, and is ordered by the context's
        // lock.
        self.0.load(Ordering::Relaxed) & CLAIMED != 0
    }

    /// Returns whether the task was claimed to be run.
    pub(super) fn is_started(&self) -> bool {
        // Relaxed: a snapshot; no other data is read because of it.
        self.0.load(Ordering::Relaxed) & STARTED != 0
    }

    #[inline]
    pub(super) fn is_complete(&self) -> bool {
        // Acquire: pairs with the Release in `complete`; the body's writes are visible.
        self.0.load(Ordering::Acquire) & COMPLETE != 0
    }

    /// Reads the state for the handle.
    #[inline]
    pub(super) fn readiness(&self) -> Readiness {
        // Acquire: pairs with the Release in `complete`; the outcome is ours.
        Self::decode(self.0.load(Ordering::Acquire))
    }

    fn decode(current: usize) -> Readiness {
        if current & COMPLETE == 0 {
            return Readiness::Pending { registered: current & WAKER != 0 };
        }
        Readiness::Complete(match (current & OUTCOME) >> OUTCOME_SHIFT {
            0 => Outcome::Output,
            1 => Outcome::Panicked,
            2 => Outcome::Cancelled,
            3 => Outcome::Discarded,
            4 => Outcome::RejectedFull,
            5 => Outcome::RejectedShutDown,
            _ => Outcome::RejectedNoThread,
        })
    }

    /// Takes the waker slot back for the handle, to replace the waker.
    pub(super) fn unregister(&self) -> Readiness {
        // Acquire: pairs with the Release in `complete`, as in `readiness`. No Release: the
        // slot has not changed since `register` published it.
        Self::decode(self.0.fetch_and(!WAKER, Ordering::Acquire) & !WAKER)
    }

    /// Publishes the filled waker slot for the handle.
    pub(super) fn register(&self) -> Readiness {
        // Relaxed: a stale value only costs a retry.
        let mut current = self.0.load(Ordering::Relaxed);
        loop {
            if current & COMPLETE != 0 {
                // Acquire: pairs with the Release in `complete`; the value was read Relaxed.
                return self.readiness();
            }
            // Release: publishes the slot to the Acquire in `complete`.
            match self.0.compare_exchange_weak(
                current,
                current | WAKER,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Readiness::Pending { registered: true },
                Err(actual) => current = actual,
            }
        }
    }

    /// Drops the handle. Complete: the outcome is ours to drop, and the waker slot is not ours.
    /// Pending: the claimer drops the outcome, and the waker slot is ours.
    pub(super) fn drop_handle(&self) -> Readiness {
        // Acquire: pairs with `complete`. Release: our last access to the slots comes before the
        // claimer's drop of the outcome.
        Self::decode(self.0.fetch_and(!(HANDLE | WAKER), Ordering::AcqRel))
    }

    /// Adds a reference; the caller owns one already.
    pub(super) fn add_ref(&self) {
        // Relaxed: a new reference is made from an existing one, which keeps the task alive.
        self.0.fetch_add(REF, Ordering::Relaxed);
    }

    /// Drops a reference. Returns `true` if it was the last one; the caller then frees the task.
    #[must_use]
    pub(super) fn drop_ref(&self) -> bool {
        // Acquire: the owner of the only reference needs no read-modify-write to drop it; pairs
        // with the Release of the others below and in `complete`.
        if self.0.load(Ordering::Acquire) / REF == 1 {
            return true;
        }
        // Release: our accesses come before the free. Acquire: so do those of the other owners.
        self.0.fetch_sub(REF, Ordering::AcqRel) / REF == 1
    }
}
