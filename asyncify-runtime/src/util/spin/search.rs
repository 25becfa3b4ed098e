//! How long a searching worker spins before it parks, learned from the cost of wake-ups.
//!
//! A wake-up of a parked thread takes a few microseconds on one machine and a hundred on another,
//! and next to nothing if the caller and the worker share a core. A spin that finds a job saves a
//! wake-up; one that finds none costs the time spent. The difference is kept as *credit*. A worker
//! spins only while there is credit, and for at most the cost of five wake-ups. So spinning soon
//! stops where calls come slowly, or where one worker would spin while another runs a job whose
//! caller waits for it.

// Not the modelled atomics: models have no time.
use crate::sync::unmodelled::{AtomicU64, Ordering::Relaxed};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::spin;

/// The longest spin in nanoseconds, whatever a wake-up costs.
const MAX_SPIN: u64 = 100_000;
/// The shortest spin in nanoseconds; a worker does not spin for less.
const MIN_SPIN: u64 = 250;
/// The most credit in nanoseconds.
const MAX_CREDIT: u64 = 2 * MAX_SPIN;
/// The most credit for one saved wake-up, in nanoseconds. On a busy machine a wake-up may take
/// milliseconds, which does not justify as much spinning.
const MAX_SAVED: u64 = MAX_SPIN / 2;
/// Divides the credit for a wake-up that a longer spin might have saved. It is not certain that it
/// would have: the submitter may have needed the core that the worker would have spun on.
const MISSED_DIVISOR: u64 = 16;
/// A job that takes longer than this, in nanoseconds, is long: its caller has parked long ago, and
/// a core that was idle meanwhile takes longer to wake up.
const LONG_JOB: u64 = 64_000;
/// When a worker that was notified is late, in nanoseconds: a wake-up takes that long where a core
/// is free for it.
const LATE: u64 = 10_000;

/// Times are in nanoseconds after `start`, durations in nanoseconds.
///
/// Relaxed: `notified_at` is written by a thread that is about to set `NOTIFIED`, and read by the
/// worker that it unparks and by submitters, which write `found_late_at`; the rest is written by
/// the searching worker. All of them are estimates, on which nothing depends but speed.
pub(crate) struct SearchSpin {
    start: LazyLock<Instant>,
    /// When a worker was last about to be notified.
    notified_at: AtomicU64,
    /// When the notified worker was last found to be late.
    found_late_at: AtomicU64,
    /// When a search last ended without a job.
    search_ended_at: AtomicU64,
    /// The cost of a wake-up: a moving average of the time from notifying to running.
    wake_cost: AtomicU64,
    /// When a spin last found a job, or a parked worker was woken. The time from then to the next
    /// search is taken for that of one job; with queued jobs, or several workers, it is not.
    got_job_at: AtomicU64,
    /// How long a spin had to be to find the last job.
    needed: AtomicU64,
    credit: AtomicU64,
}

impl SearchSpin {
    pub(crate) fn new() -> Self {
        Self {
            start: LazyLock::new(Instant::now),
            notified_at: AtomicU64::new(0),
            found_late_at: AtomicU64::new(0),
            search_ended_at: AtomicU64::new(0),
            wake_cost: AtomicU64::new(0),
            got_job_at: AtomicU64::new(0),
            needed: AtomicU64::new(0),
            credit: AtomicU64::new(0),
        }
    }

    /// A worker is about to be notified.
    pub(crate) fn waking(&self) {
        self.notified_at.store(self.now(), Relaxed);
    }

    /// The woken worker runs.
    pub(crate) fn woken(&self) {
        let notified_at = self.notified_at.load(Relaxed);
        let now = self.now();
        self.got_job_at.store(now, Relaxed);
        let cost = now.saturating_sub(notified_at);
        let average = match self.wake_cost.load(Relaxed) {
            0 => cost,
            average => average - average / 8 + cost / 8,
        };
        self.wake_cost.store(average, Relaxed);
        // What a spin from the end of the search until the notification might have saved.
        let gap = notified_at.saturating_sub(self.search_ended_at.load(Relaxed));
        self.needed.store(gap, Relaxed);
        let saved = self.saved().saturating_sub(gap) / MISSED_DIVISOR;
        let credit = self.credit.load(Relaxed).saturating_add(saved);
        self.credit.store(credit.min(MAX_CREDIT), Relaxed);
    }

    /// Whether the notified worker takes long to run; `true` about once in each such period.
    pub(crate) fn is_late(&self) -> bool {
        let now = self.now();
        let last = self.notified_at.load(Relaxed).max(self.found_late_at.load(Relaxed));
        let late = now.saturating_sub(last) >= LATE;
        if late {
            self.found_late_at.store(now, Relaxed);
        }
        late
    }

    /// Spins on `pop`, for as long as that is likely to pay.
    pub(crate) fn search<J>(&self, pop: impl FnMut() -> Option<J>) -> Option<J> {
        let credit = self.credit.load(Relaxed);
        let limit = credit.min(self.wake_cost.load(Relaxed).saturating_mul(5)).min(MAX_SPIN);
        // Credit that would not last until the next job comes is saved up.
        if limit >= MIN_SPIN.max(self.needed.load(Relaxed).saturating_mul(5) / 4) {
            let start = Instant::now();
            let (job, spent) = spin(start, Duration::from_nanos(limit), pop);
            let spent = nanos(spent);
            if job.is_some() {
                self.found(credit, nanos(start.saturating_duration_since(*self.start)), spent);
                return job;
            }
            // A spin that was preempted is charged no more than its limit.
            self.credit.store(credit - spent.min(limit), Relaxed);
        }
        self.search_ended_at.store(self.now(), Relaxed);
        None
    }

    /// Records a spin that found a job: when it began, and its length.
    fn found(&self, credit: u64, start: u64, spent: u64) {
        self.needed.store(spent, Relaxed);
        let job_time = start.saturating_sub(self.got_job_at.load(Relaxed));
        self.got_job_at.store(start + spent, Relaxed);
        // The caller of a long job was probably woken. Only the wake-up of the worker was saved
        // then, and about half of its time is spent waiting for a core, not working.
        let saved = match job_time > LONG_JOB {
            true => (self.wake_cost.load(Relaxed) / 2).min(self.saved()),
            false => self.saved(),
        };
        // A spin that was longer than what it saved has cost the difference.
        let credit = credit.saturating_add(saved).saturating_sub(spent);
        self.credit.store(credit.min(MAX_CREDIT), Relaxed);
    }

    /// What a spin after a short job saves if it makes a wake-up unnecessary. A round trip without
    /// a wake-up of the worker has none of the caller either, and both make system calls for it:
    /// measured, five times what the worker sees of it.
    fn saved(&self) -> u64 {
        self.wake_cost.load(Relaxed).saturating_mul(5).min(MAX_SAVED)
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
    fn a_gap_that_a_spin_would_have_bridged_adds_credit() {
        let spin = SearchSpin::new();
        assert_eq!(spin.search(|| None::<()>), None);
        spin.wake_cost.store(1_000_000_000, Relaxed);
        spin.waking();
        // On a slow machine the gap between the two lines above is long.
        spin.search_ended_at.store(spin.notified_at.load(Relaxed), Relaxed);
        spin.woken();
        assert_eq!(spin.credit.load(Relaxed), MAX_SAVED / MISSED_DIVISOR);
    }

    #[test]
    fn a_long_gap_adds_no_credit() {
        let spin = SearchSpin::new();
        spin.wake_cost.store(8, Relaxed);
        spin.notified_at.store(u64::MAX / 2, Relaxed);
        spin.woken();
        assert_eq!(spin.credit.load(Relaxed), 0);
    }

    #[test]
    fn a_notified_worker_is_late_once_in_a_period() {
        let spin = SearchSpin::new();
        spin.notified_at.store(u64::MAX, Relaxed);
        assert!(!spin.is_late());
        spin.notified_at.store(0, Relaxed);
        while !spin.is_late() {}
        assert!(spin.found_late_at.load(Relaxed) >= LATE);
        spin.found_late_at.store(u64::MAX, Relaxed);
        assert!(!spin.is_late());
    }

    #[test]
    fn a_search_longer_than_what_it_saves_costs_credit() {
        let spin = SearchSpin::new();
        spin.wake_cost.store(MAX_SPIN, Relaxed);
        spin.found(MAX_CREDIT / 2, 0, MAX_SAVED + 1);
        assert_eq!(spin.credit.load(Relaxed), MAX_CREDIT / 2 - 1);
        spin.found(MAX_CREDIT / 2, 0, MAX_SAVED - 1);
        assert_eq!(spin.credit.load(Relaxed), MAX_CREDIT / 2 + 1);
    }

    #[test]
    fn after_a_long_job_a_search_saves_only_half_a_wake_up() {
        let spin = SearchSpin::new();
        spin.wake_cost.store(10_000, Relaxed);
        spin.found(MAX_CREDIT / 2, LONG_JOB, 0);
        assert_eq!(spin.credit.load(Relaxed), MAX_CREDIT / 2 + MAX_SAVED);
        // The last job was found at `LONG_JOB`.
        spin.found(MAX_CREDIT / 2, 2 * LONG_JOB + 1, 6_000);
        assert_eq!(spin.credit.load(Relaxed), MAX_CREDIT / 2 - 1_000);
        spin.found(MAX_CREDIT / 2, 3 * LONG_JOB + 6_001, 0);
        assert_eq!(spin.credit.load(Relaxed), MAX_CREDIT / 2 + MAX_SAVED);
        spin.wake_cost.store(u64::MAX, Relaxed);
        spin.found(0, 5 * LONG_JOB, 0);
        assert_eq!(spin.credit.load(Relaxed), MAX_SAVED);
    }

    #[test]
    fn the_time_of_a_job_begins_when_a_worker_is_woken() {
        let spin = SearchSpin::new();
        while spin.now() == 0 {}
        spin.waking();
        spin.woken();
        assert!(spin.got_job_at.load(Relaxed) >= spin.notified_at.load(Relaxed));
        assert!(spin.notified_at.load(Relaxed) > 0);
    }

    #[test]
    fn unsuccessful_spins_use_up_the_credit() {
        let spin = SearchSpin::new();
        spin.wake_cost.store(MAX_SPIN, Relaxed);
        spin.credit.store(MAX_CREDIT, Relaxed);
        let mut attempts = 0;
        // On one core there is no spin, and no credit is spent.
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
