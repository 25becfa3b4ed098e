//! The job counters of one worker.
//!
//! Written by the worker alone, on its own cache line, with a plain load and store; summed when
//! metrics are read.

use crate::task::Finish;
// Not the modelled atomics: nothing depends on these counters, and models need not explore them.
use crate::sync::unmodelled::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Relaxed throughout: the workers of a slot follow each other, and freeing and allocating the slot
/// orders their writes; a reader gets the count of some recent moment.
pub(super) struct Counters {
    running: AtomicBool,
    completed: AtomicU64,
    panicked: AtomicU64,
    cancelled: AtomicU64,
}

/// The sums of many [`Counters`].
#[derive(Default)]
pub(super) struct Totals {
    pub(super) running: usize,
    pub(super) completed: u64,
    pub(super) panicked: u64,
    pub(super) cancelled: u64,
}

impl Counters {
    pub(super) fn new() -> Self {
        Self {
            running: AtomicBool::new(false),
            completed: AtomicU64::new(0),
            panicked: AtomicU64::new(0),
            cancelled: AtomicU64::new(0),
        }
    }

    /// Sets whether the worker is running jobs, from the first to the last in a row.
    pub(super) fn set_running(&self, running: bool) {
        self.running.store(running, Relaxed);
    }

    /// Counts a job by its outcome.
    pub(super) fn finished(&self, finish: Finish) {
        let counter = match finish {
            Finish::Completed => &self.completed,
            Finish::Panicked => &self.panicked,
            Finish::Cancelled => &self.cancelled,
        };
        counter.store(counter.load(Relaxed) + 1, Relaxed);
    }

    pub(super) fn add_to(&self, totals: &mut Totals) {
        totals.running += usize::from(self.running.load(Relaxed));
        totals.completed += self.completed.load(Relaxed);
        totals.panicked += self.panicked.load(Relaxed);
        totals.cancelled += self.cancelled.load(Relaxed);
    }
}
