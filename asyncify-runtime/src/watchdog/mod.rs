//! Tells of a poll that blocks its thread, while it blocks.
//!
//! Each thread that polls watched futures has a [`Lane`](lane::Lane), one word that says which
//! watch is polled there. A poll writes its word on entry and takes it back on exit; it reads no
//! clock and takes no lock. One thread for the whole process, the [`Keeper`](keeper::Keeper), looks
//! at all lanes every quarter of a threshold, and tells of a word that stays.
//!
//! # The word
//!
//! ```text
//!              enter                 look                 report
//!     OUT ----------------> id+FRESH ----> id+SEEN ---------------> id+REPORTED
//!     ^ |                      |             |                          |
//!     | | rest                 +-------------+--------- leave ----------+
//!     | v                      v
//!   UNMINDED ----------------> (to OUT; after REPORTED, `over` too)
//!        enter, which wakes the keeper
//! ```
//!
//! Every change is one read-modify-write, so each of them has one predecessor and one successor.
//! What follows from it:
//!
//! 1. A word that reads SEEN twice belongs to one poll: only the keeper writes SEEN, over a FRESH
//!    that it saw, and the next poll writes FRESH again. No counter of polls is needed.
//! 2. Each stall that is reported ends in one report that it is over: the exchange on exit returns
//!    REPORTED if the report came first; if it came later, it failed.
//! 3. No poll runs without a keeper that looks. The keeper rests only after it has changed every
//!    lane from OUT to UNMINDED under its lock. A poll that enters before that makes the change
//!    fail, and the keeper goes on looking; one that enters after it finds UNMINDED, takes the same
//!    lock later, and wakes the keeper. A new lane begins UNMINDED.
//!
//! The words carry no data. What belongs to them (the watches, the lanes, the stalls) lies behind
//! locks, and whoever reads a word takes the lock later than the one who wrote it; so the orderings
//! are Relaxed throughout. `models` shows 2 and 3 for every interleaving.
//!
//! # Polls inside of polls
//!
//! A watched future may poll another one. The outermost keeps the word, as it is its poll that
//! holds the thread, and the innermost is noted beside it, as it is the better name for the report.
//!
//! # Rest
//!
//! After [`keeper::QUIET`] looks that found nobody, the keeper rests: it parks while anything is
//! watched, however long that is not polled, and ends when nothing is. An idle process makes no
//! context switch on its account.

mod handle;
mod keeper;
mod lane;
#[cfg(feature = "tower")]
mod layer;
mod local;
#[cfg(all(test, asyncify_loom))]
mod models;
mod stall;
mod tell;
#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests;
mod thread;
mod watch;
mod watched;

pub use self::handle::{Watchdog, WatchdogBuilder};
#[cfg(feature = "tower")]
pub use self::layer::{WatchdogLayer, WatchdogService};
pub use self::stall::Stall;
pub use self::watched::Watched;
