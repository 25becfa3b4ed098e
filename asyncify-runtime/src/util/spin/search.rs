//! How long a searching worker spins before it parks, learned from what parking would cost.
//!
//! Waking a parked thread takes a few microseconds on one machine and a hundred on another, and
//! where the caller and the worker share a core next to nothing. A spin that finds a job has saved
//! a wake-up; one that finds none has cost its own length. The difference is kept as *credit*, and
//! a worker spins only while there is some, and never for longer than three wake-ups cost. So where
//! calls come slowly, or where one worker would spin while another one runs a job that its caller
//! waits for, spinning soon ends.

// Not from `crate::sync`: models have no time.
use crate::sync::unmodelled::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::spin;

/// No spin is longer, whatever a wake-up costs.
const LONGEST: u64 = 100_000;
/// A spin that would be shorter is none.
const SHORTEST: u64 = 250;
/// The most credit.
const MOST_CREDIT: u64 = 2 * LONGEST;
/// The most that a saved wake-up counts. On a busy machine one may take milliseconds, which are not
/// worth as much spinning.
const MOST_SAVED: u64 = LONGEST / 2;
/// What part of a wake-up is credited that a spin would have saved, had it lasted: it might not have,
/// where whoever submitted the job had no other core to do so meanwhile.
const EXPLORED: u64 = 8;

/// All times in nanoseconds after `start`, or of duration.
///
/// Relaxed: `called` is written by whoever holds the notification and read by the worker it is
/// passed to, the rest by the worker that searches; the wake state and the parker hand them over well
/// enough for numbers of which none has to be right.
pub(crate) struct SearchSpin {
    start: Instant,
    /// When a parked worker was last woken.
    called: AtomicU64,
    /// When a search last ended without a job.
    ran_dry: AtomicU64,
    /// What it costs to wake a worker, averaged.
    wake: AtomicU64,
    credit: AtomicU64,
}

impl SearchSpin {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            called: AtomicU64::new(0),
            ran_dry: AtomicU64::new(0),
            wake: AtomicU64::new(0),
            credit: AtomicU64::new(0),
        }
    }

    /// A parked worker is about to be woken.
    pub(crate) fn calling(&self) {
        self.called.store(self.now(), Relaxed);
    }

    /// The woken worker runs.
    pub(crate) fn awake(&self) {
        let called = self.called.load(Relaxed);
        let cost = self.now().saturating_sub(called);
        let wake = match self.wake.load(Relaxed) {
            0 => cost,
            average => average - average / 8 + cost / 8,
        };
        self.wake.store(wake, Relaxed);
        // What a spin might have saved that had lasted from the end of the search until the call.
        self.earn(self.saved(called.saturating_sub(self.ran_dry.load(Relaxed))) / EXPLORED);
    }

    /// Tries to pop a job for as long as that seems to pay.
    pub(crate) fn search<J>(&self, pop: impl FnMut() -> Option<J>) -> Option<J> {
        let credit = self.credit.load(Relaxed);
        let limit = credit.min(3 * self.wake.load(Relaxed)).min(LONGEST);
        if limit >= SHORTEST {
            let (job, spent) = spin(Duration::from_nanos(limit), pop);
            if job.is_some() {
                self.earn(self.saved(nanos(spent)));
                return job;
            }
            // A spin that was preempted cost no more than it was to last.
            self.credit.store(credit - nanos(spent).min(limit), Relaxed);
        }
        self.ran_dry.store(self.now(), Relaxed);
        None
    }

    /// What a spin of this length saves that makes a wake-up unnecessary.
    fn saved(&self, spent: u64) -> u64 {
        self.wake.load(Relaxed).min(MOST_SAVED).saturating_sub(spent)
    }

    fn earn(&self, saved: u64) {
        let credit = self.credit.load(Relaxed).saturating_add(saved);
        self.credit.store(credit.min(MOST_CREDIT), Relaxed);
    }

    fn now(&self) -> u64 {
        nanos(self.start.elapsed())
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn a_gap_that_a_spin_would_have_bridged_makes_it_spin() {
        let spin = SearchSpin::new();
        assert_eq!(spin.search(|| None::<()>), None);
        spin.wake.store(1_000_000_000, Relaxed);
        spin.calling();
        // On a slow machine the gap between the two lines above is long.
        spin.ran_dry.store(spin.called.load(Relaxed), Relaxed);
        spin.awake();
        assert_eq!(spin.credit.load(Relaxed), MOST_SAVED / EXPLORED);
    }

    #[test]
    fn a_long_gap_does_not() {
        let spin = SearchSpin::new();
        spin.wake.store(8, Relaxed);
        spin.called.store(u64::MAX / 2, Relaxed);
        spin.awake();
        assert_eq!(spin.credit.load(Relaxed), 0);
    }

    #[test]
    fn spinning_in_vain_ends() {
        let spin = SearchSpin::new();
        spin.wake.store(LONGEST, Relaxed);
        spin.credit.store(MOST_CREDIT, Relaxed);
        let mut attempts = 0;
        // Where there is one core there is no spin, and no credit is spent.
        for _ in 0..100 {
            let searched = spin.search(|| {
                attempts += 1;
                None::<()>
            });
            assert_eq!(searched, None);
        }
        let before = attempts;
        assert_eq!(spin.search(|| -> Option<()> { panic!("no credit is left") }), None);
        assert_eq!(attempts, before);
    }
}
