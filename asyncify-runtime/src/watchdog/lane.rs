//! The word of one thread, and the only file that knows its bits. The states and what follows from
//! them are in the module above.

use super::thread::Thread;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// No watched poll on this thread.
const OUT: u64 = 0;
/// As `OUT`, and nobody looks: who enters wakes the keeper.
const UNMINDED: u64 = 1;

/// Below the identity of a watch, which is never 0: what the keeper knows of its poll.
const PHASES: u64 = 0b11;
const FRESH: u64 = 0;
const SEEN: u64 = 1;
const REPORTED: u64 = 2;
const ID_SHIFT: u32 = 2;

#[derive(Debug)]
pub(super) struct Lane {
    word: AtomicU64,
    /// The innermost watch that is polled inside of the word's, or 0. Written by the lane's thread
    /// alone; for others a hint.
    inner: AtomicU64,
    thread: Thread,
}

/// How a poll entered; what it says on exit depends on it.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// The thread's outermost watched poll.
    First { unminded: bool },
    /// Inside of another one, with this watch between them, or 0.
    Nested { around: u64 },
}

/// What the keeper finds.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    Out,
    /// A poll that the last look did not find.
    Fresh(u64),
    /// The poll that the last look found.
    Seen,
    /// A poll that has been reported.
    Reported,
}

impl Lane {
    pub(super) fn new(thread: Thread) -> Self {
        Self { word: AtomicU64::new(UNMINDED), inner: AtomicU64::new(0), thread }
    }

    pub(super) fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Begins a poll. Called by the lane's thread alone, as is [`leave`](Self::leave).
    #[inline]
    pub(super) fn enter(&self, id: u64) -> Entry {
        debug_assert_ne!(id, 0);
        // Relaxed: from OUT or UNMINDED to a watch only this thread goes.
        if self.word.load(Relaxed) <= UNMINDED {
            let before = self.word.swap(id << ID_SHIFT | FRESH, Relaxed);
            Entry::First { unminded: before == UNMINDED }
        } else {
            // Relaxed: nobody else writes it, and readers take it for a hint.
            let around = self.inner.load(Relaxed);
            self.inner.store(id, Relaxed);
            Entry::Nested { around }
        }
    }

    /// Ends a poll that entered first. `true`: it has been reported, and its end is to be told.
    ///
    /// With `unminded` the next poll tries again to wake the keeper.
    #[inline]
    #[must_use]
    pub(super) fn leave(&self, unminded: bool) -> bool {
        let word = if unminded { UNMINDED } else { OUT };
        self.word.swap(word, Relaxed) & PHASES == REPORTED
    }

    /// Ends a poll inside of another.
    #[inline]
    pub(super) fn leave_nested(&self, around: u64) {
        self.inner.store(around, Relaxed);
    }

    /// Looks, and marks what is new as seen. Called by the keeper alone, as are those below.
    pub(super) fn look(&self) -> Look {
        let word = self.word.load(Relaxed);
        if word <= UNMINDED {
            return Look::Out;
        }
        match word & PHASES {
            SEEN => Look::Seen,
            REPORTED => Look::Reported,
            // A poll that ended in between is not marked; its identity still tells that there was
            // one.
            _ => {
                let _ = self.word.compare_exchange(word, word | SEEN, Relaxed, Relaxed);
                Look::Fresh(word >> ID_SHIFT)
            }
        }
    }

    /// Marks the seen poll of a watch as reported. `false`: it has ended.
    #[must_use]
    pub(super) fn report(&self, id: u64) -> bool {
        let word = id << ID_SHIFT;
        self.word.compare_exchange(word | SEEN, word | REPORTED, Relaxed, Relaxed).is_ok()
    }

    /// The innermost watch that is polled inside of the word's, or 0.
    pub(super) fn inner(&self) -> u64 {
        self.inner.load(Relaxed)
    }

    /// Leaves the lane to itself. `false`: a poll is running.
    #[must_use]
    pub(super) fn unmind(&self) -> bool {
        match self.word.compare_exchange(OUT, UNMINDED, Relaxed, Relaxed) {
            Ok(_) => true,
            Err(word) => word == UNMINDED,
        }
    }
}
