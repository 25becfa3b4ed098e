//! The wake state: whether a worker is searching or notified, and whether the pool is open.
//!
//! Every transition is a read-modify-write, so that all of them are in one order (the word's
//! modification order). Where a transition has to be ordered with the queue or the idle bits, a
//! [`fence`](super::fences) on both sides does that. Hence `Relaxed`, unless a comment says
//! otherwise.

use crate::sync::{
    AtomicU32,
    Ordering::{Acquire, Relaxed, Release},
};

/// An awake worker searches for jobs. It reads the queue again after it has cleared this flag.
const SEARCHING: u32 = 1;
/// A worker is notified: it was unparked, or its thread is being spawned. The notification ends
/// when that worker starts to search, when it finds another worker searching, or when no worker can
/// be woken or spawned.
const NOTIFIED: u32 = 1 << 1;
/// No new jobs are taken. Never cleared.
const CLOSED: u32 = 1 << 2;
/// Queued jobs are dropped instead of run. Implies `CLOSED`; never cleared.
const DISCARDING: u32 = 1 << 3;
/// The rest of the word counts notifications, so that two equal snapshots mean that no worker was
/// notified in between. A false match takes 2^28 notifications between the two.
const NOTIFICATION: u32 = 1 << 4;

pub(super) struct WakeState(AtomicU32);

/// The wake state at one moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Snapshot(u32);

/// Whether the thread that notifies a worker is in the thread count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Notifier {
    /// Keeps the pool from terminating meanwhile: a worker that is counted, or the holder of the
    /// `terminated` lock.
    Counted,
    /// Any other thread. It may not notify in a closed pool, which may be terminating.
    Uncounted,
}

/// The outcome of [`WakeState::notify`].
#[must_use]
pub(super) enum Notify {
    /// The caller holds `NOTIFIED`: it wakes or spawns a worker, or cancels the notification.
    Acquired,
    /// A worker is searching or notified already.
    NotNeeded,
    /// The pool is closed and the notifier is not counted.
    Closed,
}

/// The outcome of [`WakeState::accept_notification`].
#[must_use]
pub(super) enum Accepted {
    /// It searches: it holds `SEARCHING`.
    Search,
    /// Another worker is searching already.
    Redundant,
}

impl WakeState {
    /// An open pool's state, with a first worker notified.
    pub(super) fn new() -> Self {
        Self(AtomicU32::new(NOTIFIED | NOTIFICATION))
    }

    pub(super) fn load(&self) -> Snapshot {
        Snapshot(self.0.load(Relaxed))
    }

    /// Loads the state before the thread count or the idle bits, which are then no older: where
    /// `NOTIFIED` is clear, a worker that was notified is no longer idle, and a thread that was
    /// spawned is counted.
    pub(super) fn load_acquire(&self) -> Snapshot {
        // Acquire: pairs with the Release in `accept_notification`, `cancel_notification` and
        // `count_notification`.
        Snapshot(self.0.load(Acquire))
    }

    /// Sets `NOTIFIED`, unless a worker is searching or notified.
    pub(super) fn notify(&self, notifier: Notifier) -> Notify {
        let mut word = self.0.load(Relaxed);
        loop {
            if Snapshot(word).is_searching_or_notified() {
                return Notify::NotNeeded;
            }
            if Snapshot(word).is_closed() && notifier == Notifier::Uncounted {
                return Notify::Closed;
            }
            let next = (word | NOTIFIED).wrapping_add(NOTIFICATION);
            match self.0.compare_exchange_weak(word, next, Relaxed, Relaxed) {
                Ok(_) => return Notify::Acquired,
                Err(now) => word = now,
            }
        }
    }

    /// Counts a worker that is unparked or spawned without `NOTIFIED`: to recheck, or as a helper.
    pub(super) fn count_notification(&self) {
        // Release: pairs with the Acquire in `load_acquire`.
        self.0.fetch_add(NOTIFICATION, Release);
    }

    /// Clears `NOTIFIED`: no worker can be woken or spawned.
    pub(super) fn cancel_notification(&self) -> Snapshot {
        // Release: pairs with the Acquire in `load_acquire`.
        let before = self.0.fetch_and(!NOTIFIED, Release);
        debug_assert!(before & NOTIFIED != 0, "cancelled without a notification");
        Snapshot(before)
    }

    /// Turns the notification of the calling worker into a search, unless another worker searches.
    pub(super) fn accept_notification(&self) -> Accepted {
        let mut word = self.0.load(Relaxed);
        loop {
            debug_assert!(word & NOTIFIED != 0, "accepted without a notification");
            let next = (word & !NOTIFIED) | SEARCHING;
            // Release: pairs with the Acquire in `load_acquire`.
            match self.0.compare_exchange_weak(word, next, Release, Relaxed) {
                Ok(_) if word & SEARCHING == 0 => return Accepted::Search,
                Ok(_) => return Accepted::Redundant,
                Err(now) => word = now,
            }
        }
    }

    /// Sets `SEARCHING`, unless another worker searches. `true`: the caller searches.
    #[must_use]
    pub(super) fn try_search(&self) -> bool {
        self.0.load(Relaxed) & SEARCHING == 0
            && self.0.fetch_or(SEARCHING, Relaxed) & SEARCHING == 0
    }

    /// Clears `SEARCHING`, which the caller holds. The caller reads the queue afterwards.
    pub(super) fn end_search(&self) -> Snapshot {
        let before = self.0.fetch_and(!SEARCHING, Relaxed);
        debug_assert!(before & SEARCHING != 0, "only the searcher ends the search");
        Snapshot(before)
    }

    pub(super) fn close(&self, discard: bool) {
        let flags = if discard { CLOSED | DISCARDING } else { CLOSED };
        self.0.fetch_or(flags, Relaxed);
    }
}

impl Snapshot {
    pub(super) fn is_searching_or_notified(self) -> bool {
        self.0 & (SEARCHING | NOTIFIED) != 0
    }

    pub(super) fn is_searching(self) -> bool {
        self.0 & SEARCHING != 0
    }

    pub(super) fn is_notified(self) -> bool {
        self.0 & NOTIFIED != 0
    }

    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    pub(super) fn is_discarding(self) -> bool {
        self.0 & DISCARDING != 0
    }
}
