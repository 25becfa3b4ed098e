//! Detects polls that block their thread, and reports them while they block.
//!
//! Each thread that polls watched futures has a [`ThreadState`](thread_state::ThreadState), whose
//! word contains the id of the watch that is being polled. A poll writes the word at its start and
//! resets it at its end; it reads no clock and takes no lock. One thread for the whole process, the
//! [`Monitor`](monitor::Monitor), scans all words every quarter of a threshold, and reports a word
//! that stays the same.
//!
//! # The word
//!
//! ```text
//!              enter                 scan                 report
//!     IDLE ---------------> id+NEW ------> id+SEEN ---------------> id+REPORTED
//!     ^ |                      |             |                          |
//!     | | stop_monitoring      +-------------+--------- leave ----------+
//!     | v                      v
//!   UNMONITORED -------------> (to IDLE; after REPORTED, `stall_ended` too)
//!        enter, which wakes the monitor
//! ```
//!
//! Every change is one read-modify-write, so the changes of a word are totally ordered. This
//! implies:
//!
//! 1. If two successive scans read SEEN with the same id, they have read it of the same poll: only
//!    the monitor writes SEEN, over a NEW that it has read, and the next poll writes NEW again. So
//!    polls need not be counted.
//! 2. Each report of a stall is followed by exactly one report of its end: if the report came
//!    before the end of the poll, the exchange at the end returns REPORTED; if it came later, its
//!    compare-exchange has failed.
//! 3. No watched poll runs while the monitor does not scan. The monitor parks or stops only after
//!    it has changed all words from IDLE to UNMONITORED, under its lock. A poll that starts before
//!    this makes the change fail, and the monitor continues to scan. A poll that starts after it
//!    reads UNMONITORED, takes the same lock, and wakes the monitor. A new word is UNMONITORED.
//!
//! The words publish no other data. The watches, the entries and the stalls are behind locks, and a
//! reader of a word takes the lock after the writer of that word has released it. So all orderings
//! are Relaxed. `models` checks 2 and 3 for every interleaving.
//!
//! # Nested polls
//!
//! A watched future may poll another one. The word belongs to the outermost poll, because that is
//! the one that blocks the thread. The innermost watch is stored beside it, because its name is
//! more useful in a report.
//!
//! # Idle processes
//!
//! After [`monitor::IDLE_SCANS`] scans without a watched poll, the monitor parks if there are
//! watches, and stops if there are none. So it causes no context switches in an idle process.

mod handle;
#[cfg(feature = "tower")]
mod layer;
mod local;
mod metrics;
#[cfg(all(test, asyncify_loom))]
mod models;
mod monitor;
#[cfg(feature = "console")]
mod recent;
mod report;
mod stall;
#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests;
mod thread;
mod thread_state;
mod watch;
mod watched;

pub use self::handle::{Watchdog, WatchdogBuilder};
#[cfg(feature = "tower")]
pub use self::layer::{WatchdogLayer, WatchdogService};
pub use self::metrics::WatchdogMetrics;
#[cfg(feature = "console")]
pub(crate) use self::recent::{RecentStall, recent_stalls};
pub use self::stall::Stall;
pub use self::watched::Watched;
