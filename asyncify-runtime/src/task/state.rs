//! The state word: every transition of a task's life, and nothing else.

use crate::sync::{AtomicUsize, Ordering};

/// Somebody took the body: the worker that runs it, or whoever cancelled, discarded or rejected it.
/// Set once, by the one who may from then on touch body, context and queue permit.
const CLAIMED: usize = 1 << 0;
/// The outcome is final and, where the handle lives, in its place. Set once, by the claimer.
const COMPLETE: usize = 1 << 1;
/// How it ended: three bits, meaningful once `COMPLETE` is set.
const OUTCOME_SHIFT: u32 = 2;
const OUTCOME: usize = 0b111 << OUTCOME_SHIFT;
/// The caller went away or asked to stop. A running body sees it as its cancellation.
const CANCEL: usize = 1 << 5;
/// A `JoinHandle` (or what wraps one) lives and may still want the outcome.
const HANDLE: usize = 1 << 6;
/// The waker slot is filled and is the claimer's from completion on. Until then the handle may
/// clear the bit, and owns the slot while it is clear.
const WAKER: usize = 1 << 7;
/// The slot of the queue permit is filled and belongs to the claimer.
const QUEUE_PERMIT: usize = 1 << 8;
/// Dropping the caller's future does not cancel. Set before the task is shared, if at all.
const DETACHED: usize = 1 << 9;
/// An awake worker was seen at submission: the handle may look for the result before it parks.
const SOON: usize = 1 << 10;
/// The body was claimed to be run, and not to be dropped. Set with `CLAIMED`; without meaning where
/// somebody else claimed the task.
const STARTED: usize = 1 << 11;
/// One owner: a `Job` and a handle each hold one.
const REF: usize = 1 << 12;

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Outcome {
    /// The stage holds the output.
    Output = 0,
    /// The slot holds the panic's payload.
    Panicked = 1,
    /// Cancelled before it ran, or (an async body) at one of its awaits.
    Cancelled = 2,
    /// Dropped by its executor before it ran.
    Discarded = 3,
    /// Refused: the queue was full.
    RejectedFull = 4,
    /// Refused: the executor was shut down.
    RejectedShutDown = 5,
}

/// What a claim found.
#[must_use]
pub(super) enum Claim {
    /// Body, context and, if so told, the queue permit are ours.
    Won { queue_permit: bool },
    /// Somebody else was first.
    Lost,
}

/// What a cancellation found.
#[must_use]
pub(super) enum Cancel {
    /// It had not begun: body, context and queue permit are ours, and it is for us to complete.
    Won { queue_permit: bool },
    /// The body runs. `first`: it sees the cancellation from now on, and is to be told; otherwise
    /// it was told before.
    Running { first: bool },
    /// The executor is dropping the body, which never runs.
    Discarded,
    /// Too late: the outcome is final.
    Finished,
}

/// What the completer has to do next.
#[must_use]
pub(super) enum Complete {
    /// Take the waker out of its slot, give the reference back, and wake.
    Wake,
    /// Nobody wants the outcome: drop it, then give the reference back.
    Unwanted,
    /// Our reference is given back already: touch nothing any more.
    Done,
}

/// What the handle found when it asked.
#[must_use]
pub(super) enum Look {
    /// Still under way; the waker slot is ours when it is not `registered`.
    Pending { registered: bool },
    /// The outcome is ours to take.
    Complete(Outcome),
}

pub(super) struct State(AtomicUsize);

impl State {
    /// A task that nobody shares yet, with its two owners: the job and the handle.
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(HANDLE | (2 * REF)))
    }

    /// Before the task is shared: dropping the caller's future shall not cancel.
    pub(super) fn set_detached(&self) {
        // Relaxed: nobody else has the task yet; submission publishes it.
        self.0.fetch_or(DETACHED, Ordering::Relaxed);
    }

    pub(super) fn is_detached(&self) -> bool {
        // Relaxed: written before the task was shared.
        self.0.load(Ordering::Relaxed) & DETACHED != 0
    }

    /// The result is expected within a moment.
    pub(super) fn set_soon(&self) {
        // Relaxed: a hint.
        self.0.fetch_or(SOON, Ordering::Relaxed);
    }

    /// Whether the result is expected within a moment.
    pub(super) fn is_soon(&self) -> bool {
        // Relaxed: a hint.
        self.0.load(Ordering::Relaxed) & SOON != 0
    }

    /// Publishes the queue permit. True: a claimer will free it. False: the task was claimed
    /// before, and the slot is still ours.
    #[must_use]
    pub(super) fn publish_queue_permit(&self) -> bool {
        // Release: publishes the slot to the claimer's Acquire.
        self.0.fetch_or(QUEUE_PERMIT, Ordering::Release) & CLAIMED == 0
    }

    /// Takes the body, to run it.
    pub(super) fn start(&self) -> Claim {
        self.claim_as(CLAIMED | STARTED)
    }

    /// Takes the body, to drop it.
    pub(super) fn claim(&self) -> Claim {
        self.claim_as(CLAIMED)
    }

    fn claim_as(&self, flags: usize) -> Claim {
        // Acquire: pairs with `publish_queue_permit`. The rest of the task was published by the queue
        // that carried it here, or was never shared.
        let before = self.0.fetch_or(flags, Ordering::Acquire);
        if before & CLAIMED == 0 {
            Claim::Won { queue_permit: before & QUEUE_PERMIT != 0 }
        } else {
            Claim::Lost
        }
    }

    /// The caller goes away or asks to stop.
    pub(super) fn cancel(&self) -> Cancel {
        // Acquire: as in `claim`, and pairs with the Release in `complete`: whoever finds the task
        // finished may take its outcome. Release: what the canceller did before is seen by a body
        // that sees the cancellation (`is_cancelled`).
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

    /// The claimer's end: the outcome is in its place.
    pub(super) fn complete(&self, outcome: Outcome) -> Complete {
        // Acquire: pairs with the handle's Release in `register` and `drop_handle`: the waker
        // that it left in the slot, or its last touch of the slot.
        let mut current = self.0.load(Ordering::Acquire);
        loop {
            debug_assert!(current & CLAIMED != 0 && current & COMPLETE == 0);
            if current & HANDLE == 0 {
                return Complete::Unwanted;
            }
            let done = current | COMPLETE | ((outcome as usize) << OUTCOME_SHIFT);
            let (next, step) = if current & WAKER != 0 {
                (done, Complete::Wake)
            } else {
                (done - REF, Complete::Done)
            };
            // Release: publishes the outcome, and our last touch of everything, to the handle's
            // Acquire in `look` and `drop_handle`. Acquire: as above.
            match self.0.compare_exchange_weak(current, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return step,
                Err(actual) => current = actual,
            }
        }
    }

    /// Whether the body was taken, for whatever end.
    pub(super) fn is_claimed(&self) -> bool {
        // Relaxed: a snapshot, from which nothing else is read. The holder of the job who asks
        // after it has put something where a canceller looks is ordered by the lock or fence there.
        self.0.load(Ordering::Relaxed) & CLAIMED != 0
    }

    /// Whether the body was claimed to be run.
    pub(super) fn is_started(&self) -> bool {
        // Relaxed: a snapshot, from which nothing else is read.
        self.0.load(Ordering::Relaxed) & STARTED != 0
    }

    pub(super) fn is_complete(&self) -> bool {
        // Acquire: who sees the end sees what the body did.
        self.0.load(Ordering::Acquire) & COMPLETE != 0
    }

    /// The handle asks for the outcome.
    pub(super) fn look(&self) -> Look {
        // Acquire: pairs with the Release in `complete`; the outcome is ours.
        Self::seen(self.0.load(Ordering::Acquire))
    }

    fn seen(current: usize) -> Look {
        if current & COMPLETE == 0 {
            return Look::Pending { registered: current & WAKER != 0 };
        }
        Look::Complete(match (current & OUTCOME) >> OUTCOME_SHIFT {
            0 => Outcome::Output,
            1 => Outcome::Panicked,
            2 => Outcome::Cancelled,
            3 => Outcome::Discarded,
            4 => Outcome::RejectedFull,
            _ => Outcome::RejectedShutDown,
        })
    }

    /// The handle takes the waker slot back, to exchange what is in it.
    pub(super) fn unregister(&self) -> Look {
        // Acquire: pairs with the Release in `complete`, as in `look`. No Release: we have not
        // touched the slot since `register` published it.
        Self::seen(self.0.fetch_and(!WAKER, Ordering::Acquire) & !WAKER)
    }

    /// The handle hands the filled waker slot over.
    pub(super) fn register(&self) -> Look {
        // Relaxed: a stale view only costs a round.
        let mut current = self.0.load(Ordering::Relaxed);
        loop {
            if current & COMPLETE != 0 {
                // Acquire: pairs with the Release in `complete`; the value was read Relaxed.
                return self.look();
            }
            // Release: publishes the slot to the completer's Acquire.
            match self.0.compare_exchange_weak(
                current,
                current | WAKER,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Look::Pending { registered: true },
                Err(actual) => current = actual,
            }
        }
    }

    /// The handle goes away. Complete: the outcome is ours to drop, the waker slot is not ours.
    /// Pending: the completer drops the outcome, and the waker slot is ours.
    pub(super) fn drop_handle(&self) -> Look {
        // Acquire: pairs with `complete`. Release: our last touch of the slots comes before the
        // completer's drop of the outcome.
        Self::seen(self.0.fetch_and(!(HANDLE | WAKER), Ordering::AcqRel))
    }

    /// Takes a reference; the caller has one already.
    pub(super) fn add_ref(&self) {
        // Relaxed: a new reference comes from an old one, which keeps the task alive.
        self.0.fetch_add(REF, Ordering::Relaxed);
    }

    /// Gives a reference back. True: it was the last, free the task.
    #[must_use]
    pub(super) fn drop_ref(&self) -> bool {
        // Acquire: whoever holds the only reference needs no read-modify-write to give it back;
        // pairs with the Release of the others below and in `complete`.
        if self.0.load(Ordering::Acquire) / REF == 1 {
            return true;
        }
        // Release: our last touch comes before the freeing. Acquire: the others' did.
        self.0.fetch_sub(REF, Ordering::AcqRel) / REF == 1
    }
}
