//! The token: who answers for the queue, and whether the pool is open.
//!
//! Every transition is a read-modify-write, so that all of them stand in one line (the word's
//! modification order), and where the queue or the idle marks have to be seen as well, a
//! [`fence`](super::order) on both sides does that. Hence `Relaxed`, where nothing else is said.

use crate::sync::{
    AtomicU32,
    Ordering::{Acquire, Relaxed, Release},
};

/// An awake worker looks for jobs. It looks at the queue again after it has cleared this flag.
const SEARCHING: u32 = 1;
/// A worker is on its way: woken, or its thread is being made. It ends up searching, or finds
/// another one that does, or whoever called it reports that nobody could come.
const COMING: u32 = 1 << 1;
/// No new jobs are taken. Never cleared.
const CLOSED: u32 = 1 << 2;
/// Queued jobs are dropped instead of run. Implies `CLOSED`; never cleared.
const DISCARDING: u32 = 1 << 3;
/// The rest of the word counts the calls, so that two equal looks mean that nobody was called in
/// between. 2^28 calls would have to fall between the two for a false match.
const CALL: u32 = 1 << 4;

pub(super) struct Token(AtomicU32);

/// The token as it was at one moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen(u32);

/// Who wants to call a worker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Caller {
    /// Keeps the pool from ending meanwhile: a worker that is counted, or a holder of the exit
    /// lock.
    Counted,
    /// Anybody else. May not call into a closed pool, which may be ending.
    Outside,
}

/// The outcome of [`Token::call`].
#[must_use]
pub(super) enum Call {
    /// `COMING` is ours: call somebody, or hang up.
    Ours,
    /// Somebody answers for the queue already.
    Answered,
    /// The pool is closed and the caller is not counted.
    Closed,
}

/// What a called worker is for.
#[must_use]
pub(super) enum Arrived {
    Searching,
    /// Another one searches already.
    Spare,
}

impl Token {
    /// A token with a first worker on its way.
    pub(super) fn new() -> Self {
        Self(AtomicU32::new(COMING | CALL))
    }

    pub(super) fn look(&self) -> Seen {
        Seen(self.0.load(Relaxed))
    }

    /// Looks, to look at the census or the marks afterwards. They are no older than the token: where
    /// `COMING` is clear, who was called is idle no longer, and whose thread was made is counted.
    pub(super) fn look_first(&self) -> Seen {
        // Acquire: pairs with the Release in `arrive`, `hang_up` and `count_call`.
        Seen(self.0.load(Acquire))
    }

    /// Takes the right to call a worker, if nobody answers for the queue.
    pub(super) fn call(&self, caller: Caller) -> Call {
        let mut word = self.0.load(Relaxed);
        loop {
            if Seen(word).is_answered() {
                return Call::Answered;
            }
            if Seen(word).is_closed() && caller == Caller::Outside {
                return Call::Closed;
            }
            let next = (word | COMING).wrapping_add(CALL);
            match self.0.compare_exchange_weak(word, next, Relaxed, Relaxed) {
                Ok(_) => return Call::Ours,
                Err(now) => word = now,
            }
        }
    }

    /// Counts a worker that was called without `COMING`: it helps, or takes a look around.
    pub(super) fn count_call(&self) {
        // Release: pairs with the Acquire in `look_first`.
        self.0.fetch_add(CALL, Release);
    }

    /// Gives the right to call back: nobody could come.
    pub(super) fn hang_up(&self) -> Seen {
        // Release: pairs with the Acquire in `look_first`.
        let before = self.0.fetch_and(!COMING, Release);
        debug_assert!(before & COMING != 0, "only who called hangs up");
        Seen(before)
    }

    /// The called worker is here.
    pub(super) fn arrive(&self) -> Arrived {
        let mut word = self.0.load(Relaxed);
        loop {
            debug_assert!(word & COMING != 0, "only who was called arrives");
            let next = (word & !COMING) | SEARCHING;
            // Release: pairs with the Acquire in `look_first`.
            match self.0.compare_exchange_weak(word, next, Release, Relaxed) {
                Ok(_) if word & SEARCHING == 0 => return Arrived::Searching,
                Ok(_) => return Arrived::Spare,
                Err(now) => word = now,
            }
        }
    }

    /// Starts to search, unless another worker does. `true`: we do.
    #[must_use]
    pub(super) fn search(&self) -> bool {
        self.0.load(Relaxed) & SEARCHING == 0
            && self.0.fetch_or(SEARCHING, Relaxed) & SEARCHING == 0
    }

    /// Ends our search. The caller looks at the queue afterwards.
    pub(super) fn end_search(&self) -> Seen {
        let before = self.0.fetch_and(!SEARCHING, Relaxed);
        debug_assert!(before & SEARCHING != 0, "only the searcher ends the search");
        Seen(before)
    }

    pub(super) fn close(&self, discard: bool) {
        let flags = if discard { CLOSED | DISCARDING } else { CLOSED };
        self.0.fetch_or(flags, Relaxed);
    }
}

impl Seen {
    /// Somebody answers for the queue, now or soon.
    pub(super) fn is_answered(self) -> bool {
        self.0 & (SEARCHING | COMING) != 0
    }

    pub(super) fn is_searching(self) -> bool {
        self.0 & SEARCHING != 0
    }

    pub(super) fn is_coming(self) -> bool {
        self.0 & COMING != 0
    }

    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    pub(super) fn is_discarding(self) -> bool {
        self.0 & DISCARDING != 0
    }
}
