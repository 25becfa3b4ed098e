//! Statistics of functions, kept while something observes them.
//!
//! A call reads one flag when it starts. Only if it is set does the call note the time, and update
//! the [record](thread) of the thread that runs it: when its body starts, and when it ends. A
//! record is locked by its own thread, and by whoever reads the statistics, so that calls do not
//! contend with each other.
//!
//! The statistics are those of the process. They start with the first [`Observation`], and are
//! discarded with the last one.
//!
//! # Memory
//!
//! A record has at most [`MAX_FUNCTIONS`] functions; calls of further ones are summed up as
//! [`Snapshot::others`]. The record of a thread that exits is added to the one of all such threads.

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests;
mod thread;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::caller_context::Origin;
// Not the modelled atomics: the flag is a hint.
use crate::sync::unmodelled::{AtomicBool, Ordering::Relaxed};

/// The most functions of one record.
const MAX_FUNCTIONS: usize = if cfg!(miri) { 16 } else { 512 };

/// Whether there is an [`Observation`].
///
/// Relaxed: a call that starts while the flag changes may be counted or not.
static OBSERVED: AtomicBool = AtomicBool::new(false);

/// Keeps statistics of functions until it is dropped.
#[derive(Debug)]
pub(crate) struct Observation(());

impl Observation {
    pub(crate) fn start() -> Self {
        let mut records = thread::records();
        records.observers += 1;
        OBSERVED.store(true, Relaxed);
        Self(())
    }

    /// Returns the statistics, and what runs at this moment.
    #[expect(clippy::unused_self, reason = "there are statistics only while it exists")]
    pub(crate) fn snapshot(&self) -> Snapshot {
        thread::records().snapshot()
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        let mut records = thread::records();
        records.observers -= 1;
        if records.observers == 0 {
            OBSERVED.store(false, Relaxed);
            records.clear();
        }
    }
}

/// A function, or the place of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// `None` in a worker process, whose functions are known by name.
    pub(crate) location: Option<&'static Location<'static>>,
}

/// A sum over calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) calls: u64,
    /// From the start of a call to the start of its body.
    pub(crate) wait: Duration,
    pub(crate) wait_max: Duration,
    /// From the start of the body to its end.
    pub(crate) run: Duration,
    pub(crate) run_max: Duration,
}

impl Totals {
    fn record(&mut self, wait: Duration, run: Duration) {
        self.add(&Self { calls: 1, wait, wait_max: wait, run, run_max: run });
    }

    fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.wait = self.wait.saturating_add(other.wait);
        self.wait_max = self.wait_max.max(other.wait_max);
        self.run = self.run.saturating_add(other.run);
        self.run_max = self.run_max.max(other.run_max);
    }
}

/// The statistics at some recent moment.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) functions: Vec<(Function, Totals)>,
    /// Calls of functions for which a record had no room.
    pub(crate) others: Totals,
    /// The threads that have run a call while it was observed.
    pub(crate) threads: Vec<Thread>,
}

#[derive(Debug)]
pub(crate) struct Thread {
    pub(crate) name: Option<Arc<str>>,
    /// The call that it runs, the innermost one if they are nested, and for how long.
    pub(crate) running: Option<(Function, Duration)>,
}

/// A call that was started while there was an [`Observation`].
#[derive(Clone, Copy)]
pub(super) struct Started {
    function: Function,
    at: Instant,
}

impl Started {
    #[inline]
    pub(super) fn capture(origin: &Origin) -> Option<Self> {
        OBSERVED.load(Relaxed).then(|| Self::now(origin))
    }

    #[cold]
    fn now(origin: &Origin) -> Self {
        let function = Function { name: (origin.name)(), location: Some(origin.location) };
        Self { function, at: Instant::now() }
    }

    /// Starts the body, which ends when the guard is dropped.
    pub(super) fn enter(&self) -> Running {
        let begun = Instant::now();
        thread::with_own(|record| record.running.push((self.function, begun)));
        Running { function: self.function, wait: begun.saturating_duration_since(self.at), begun }
    }
}

/// Records a body when it is dropped, whether the body returns or panics.
pub(super) struct Running {
    function: Function,
    wait: Duration,
    begun: Instant,
}

impl Drop for Running {
    fn drop(&mut self) {
        let run = self.begun.elapsed();
        thread::with_own(|record| {
            record.running.pop();
            if OBSERVED.load(Relaxed) {
                record.functions.record(self.function, self.wait, run);
            }
        });
    }
}

/// Records a call that has run in another process.
#[cfg(all(feature = "process", target_os = "linux"))]
pub(crate) fn record(function: Function, wait: Duration, run: Duration) {
    if OBSERVED.load(Relaxed) {
        thread::records().elsewhere.record(function, wait, run);
    }
}

impl fmt::Debug for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").field("function", &self.function).finish_non_exhaustive()
    }
}
