//! The state word of one thread. `watchdog/mod.rs` documents the states and their rules.

use super::thread::Thread;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// The thread is in no watched poll.
const IDLE: u64 = 0;
/// As `IDLE`, and the monitor does not scan: the next poll wakes it.
const UNMONITORED: u64 = 1;

/// The low bits of a word whose other bits are the id of a watch, which is never 0: the monitor's
/// progress with the poll.
const PHASES: u64 = 0b11;
const NEW: u64 = 0;
const SEEN: u64 = 1;
const REPORTED: u64 = 2;
const ID_SHIFT: u32 = 2;

#[derive(Debug)]
pub(super) struct ThreadState {
    word: AtomicU64,
    /// The id of the innermost watch that is polled within the word's, or 0. Written only by the
    /// thread itself; a hint for the monitor.
    inner: AtomicU64,
    pub(super) thread: Thread,
}

/// The kind of a poll, which determines what happens when it ends.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PollKind {
    /// The thread's outermost watched poll.
    Outermost { unmonitored: bool },
    /// A poll within another one. `outer` is the previous value of `inner`.
    Nested { outer: u64 },
}

/// The state of a thread, as a scan finds it.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// No watched poll.
    Idle,
    /// A poll that the last scan did not find, with the id of its watch.
    New(u64),
    /// The poll that the last scan found.
    Seen,
    /// A poll that has been reported.
    Reported,
}

impl ThreadState {
    pub(super) fn new(thread: Thread) -> Self {
        Self { word: AtomicU64::new(UNMONITORED), inner: AtomicU64::new(0), thread }
    }

    /// Starts a poll. Called only by the thread itself, as is [`leave`](Self::leave).
    #[inline]
    pub(super) fn enter(&self, id: u64) -> PollKind {
        debug_assert_ne!(id, 0);
        // Relaxed: only this thread changes IDLE or UNMONITORED to a watch.
        if self.word.load(Relaxed) <= UNMONITORED {
            let before = self.word.swap(id << ID_SHIFT | NEW, Relaxed);
            PollKind::Outermost { unmonitored: before == UNMONITORED }
        } else {
            // Relaxed: only this thread writes it, and it is a hint for readers.
            let outer = self.inner.load(Relaxed);
            self.inner.store(id, Relaxed);
            PollKind::Nested { outer }
        }
    }

    /// Ends an outermost poll. Returns `true` if it was reported; its end is to be reported too,
    /// then.
    ///
    /// If `unmonitored` is set, the next poll tries again to wake the monitor.
    #[inline]
    #[must_use]
    pub(super) fn leave(&self, unmonitored: bool) -> bool {
        let word = if unmonitored { UNMONITORED } else { IDLE };
        self.word.swap(word, Relaxed) & PHASES == REPORTED
    }

    /// Ends a nested poll.
    #[inline]
    pub(super) fn leave_nested(&self, outer: u64) {
        self.inner.store(outer, Relaxed);
    }

    /// Reads the state, and marks a new poll as seen. Called only by the monitor, as are the
    /// methods below.
    pub(super) fn scan(&self) -> Scan {
        let word = self.word.load(Relaxed);
        if word <= UNMONITORED {
            return Scan::Idle;
        }
        match word & PHASES {
            SEEN => Scan::Seen,
            REPORTED => Scan::Reported,
            // A poll that has just ended is not marked, but is returned nevertheless.
            _ => {
                let _ = self.word.compare_exchange(word, word | SEEN, Relaxed, Relaxed);
                Scan::New(word >> ID_SHIFT)
            }
        }
    }

    /// Marks the seen poll of a watch as reported. Returns `false` if it has ended.
    #[must_use]
    pub(super) fn report(&self, id: u64) -> bool {
        let word = id << ID_SHIFT;
        self.word.compare_exchange(word | SEEN, word | REPORTED, Relaxed, Relaxed).is_ok()
    }

    /// The id of the innermost watch that is polled within the word's, or 0.
    pub(super) fn inner(&self) -> u64 {
        self.inner.load(Relaxed)
    }

    /// Marks an idle thread as unmonitored. Returns `false` if it is in a watched poll.
    #[must_use]
    pub(super) fn stop_monitoring(&self) -> bool {
        match self.word.compare_exchange(IDLE, UNMONITORED, Relaxed, Relaxed) {
            Ok(_) => true,
            Err(word) => word == UNMONITORED,
        }
    }
}
