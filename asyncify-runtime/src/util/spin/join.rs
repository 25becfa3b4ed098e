//! The spin of a caller that expects its result soon.
//!
//! If a searching worker takes a short job at once, the job is done before its caller could park.
//! Each thread learns for itself whether spinning pays.

use std::cell::Cell;
use std::mem;
use std::time::{Duration, Instant};

use super::{Adaptive, spin};

/// About the cost of parking, on a machine on which it is cheap.
const SHORT: Duration = Duration::from_micros(1);
/// Less than what parking and a wake-up take on most machines, and enough for the system calls that
/// look up, open, read or write a small file.
const LONG: Duration = Duration::from_micros(10);
/// The most short spins that are skipped after a miss.
const MAX_SHORT_SKIPPED: u32 = 16;
/// The most long spins that are skipped after a miss, or while a thread has several calls at once.
const MAX_LONG_SKIPPED: u32 = 128;
/// How many successful spins in a row a task that can be woken may have before it yields to other
/// tasks; one counts once, and once more for each microsecond. It is small, because a runtime
/// checks its timers only once in a number of polls: tokio in 61.
const BUDGET: u32 = 16;
/// A call that is polled within this time after another one yielded was waiting meanwhile.
const SOON: Duration = Duration::from_micros(5);

/// The outcome of a spin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SpinResult {
    /// The result is ready.
    Ready,
    /// The result is not ready; park.
    NotReady,
    /// The result is ready, but the spins of the last calls have used up the budget: the caller
    /// wakes itself and returns pending, so that other tasks get to run.
    Yield,
}

/// What a thread has learned.
#[derive(Clone, Copy, Debug)]
struct Learned {
    short: Adaptive,
    /// Whether a spin that is not over after a short one is likely to pay.
    long: Adaptive,
    /// What has been used of the budget since the last miss or yield.
    used: u32,
    /// When a call yielded, if no spin was considered since.
    yielded: Option<Instant>,
}

impl Learned {
    const fn new() -> Self {
        Self {
            short: Adaptive::new(0, MAX_SHORT_SKIPPED),
            long: Adaptive::new(0, MAX_LONG_SKIPPED),
            used: 0,
            yielded: None,
        }
    }

    /// Records a successful spin of this length.
    fn hit(&mut self, time: Duration, may_yield: bool) -> SpinResult {
        self.short.hit();
        if time > SHORT {
            self.long.hit();
        }
        let micros = u32::try_from(time.as_micros()).unwrap_or(BUDGET);
        self.used = self.used.saturating_add(1).saturating_add(micros);
        if self.used < BUDGET || !may_yield {
            return SpinResult::Ready;
        }
        self.used = 0;
        self.yielded = Some(Instant::now());
        SpinResult::Yield
    }
}

thread_local! {
    static LEARNED: Cell<Learned> = const { Cell::new(Learned::new()) };
}

/// Spins until the result is ready, for up to ten microseconds, or one while such spins do not pay.
/// Without `may_yield`, never returns [`SpinResult::Yield`].
pub(crate) fn wait(may_yield: bool, ready: impl FnMut() -> bool) -> SpinResult {
    // A thread whose locals are being destroyed does not spin.
    LEARNED
        .try_with(|cell| {
            let mut learned = cell.get();
            let result = wait_with(&mut learned, may_yield, ready);
            cell.set(learned);
            result
        })
        .unwrap_or(SpinResult::NotReady)
}

fn wait_with(
    learned: &mut Learned,
    may_yield: bool,
    mut ready: impl FnMut() -> bool,
) -> SpinResult {
    let spin_short = learned.short.should_spin();
    let mut spin_long = learned.long.should_spin();
    if !spin_long && !spin_short {
        return SpinResult::NotReady;
    }
    let yielded = mem::take(&mut learned.yielded);
    if ready() {
        // A result that took no spin is never delayed.
        return SpinResult::Ready;
    }
    if spin_long && yielded.is_some_and(|at| at.elapsed() < SOON) {
        // The call that yielded is ready, so this is another one. With long spins, the calls would
        // be made one after the other, instead of in parallel.
        learned.long.skip_most();
        spin_long = false;
        if !spin_short {
            return SpinResult::NotReady;
        }
    }
    let limit = if spin_long { LONG } else { SHORT };
    let (result, time) = spin(Instant::now(), limit, || ready().then_some(()));
    if result.is_some() {
        return learned.hit(time, may_yield);
    }
    learned.used = 0;
    learned.short.miss();
    if spin_long {
        learned.long.miss();
    }
    SpinResult::NotReady
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    const NEW: Learned = Learned::new();

    #[test]
    fn a_result_that_is_ready_is_never_delayed() {
        let mut learned = NEW;
        for _ in 0..1_000 {
            assert_eq!(wait_with(&mut learned, true, || true), SpinResult::Ready);
        }
    }

    #[test]
    fn a_call_that_yields_is_ready_when_it_is_polled_again() {
        let mut learned = Learned { yielded: Some(Instant::now()), ..NEW };
        assert_eq!(wait_with(&mut learned, true, || true), SpinResult::Ready);
        assert_eq!(learned.yielded, None);
        assert!(learned.long.should_spin());
    }

    /// How many long spins are skipped after a miss that follows a yield at this time.
    fn skipped(yielded: Instant) -> usize {
        let mut learned = Learned { yielded: Some(yielded), ..NEW };
        assert_eq!(wait_with(&mut learned, true, || false), SpinResult::NotReady);
        assert_eq!(learned.yielded, None);
        (0..1_000).take_while(|_| !learned.long.should_spin()).count()
    }

    #[test]
    fn another_call_soon_after_a_yield_skips_long_spins() {
        // A time to come, since a busy machine may stop this thread now.
        let soon = Instant::now() + Duration::from_secs(3600);
        assert_eq!(skipped(soon), MAX_LONG_SKIPPED as usize);
        let before = Instant::now();
        while before.elapsed() < SOON {}
        assert_eq!(skipped(before), 1);
    }

    #[test]
    fn a_task_yields_after_many_short_spins_or_some_long_ones() {
        let hits = |time| {
            let mut learned = NEW;
            (1..1_000).find(|_| learned.hit(time, true) == SpinResult::Yield)
        };
        assert_eq!(hits(Duration::ZERO), Some(16));
        assert_eq!(hits(Duration::from_micros(3)), Some(4));
        assert_eq!(hits(Duration::MAX), Some(1));
    }

    #[test]
    fn a_task_that_cannot_be_woken_does_not_yield() {
        let mut learned = NEW;
        for _ in 0..1_000 {
            assert_eq!(learned.hit(Duration::MAX, false), SpinResult::Ready);
        }
        assert_eq!(learned.hit(Duration::ZERO, true), SpinResult::Yield);
        let mut learned = Learned { used: BUDGET, ..NEW };
        let mut attempts = 0;
        let result = wait_with(&mut learned, false, || {
            attempts += 1;
            attempts > 1
        });
        // On one core there is no spin.
        assert_ne!(result, SpinResult::Yield);
    }

    #[test]
    fn a_yield_and_a_miss_restart_the_budget() {
        let mut learned = NEW;
        assert_eq!(learned.hit(Duration::from_micros(15), true), SpinResult::Yield);
        assert_eq!(learned.hit(Duration::from_micros(14), true), SpinResult::Ready);
        assert_eq!(wait_with(&mut learned, true, || false), SpinResult::NotReady);
        assert_eq!(learned.hit(Duration::ZERO, true), SpinResult::Ready);
    }

    #[test]
    fn a_miss_skips_the_next_spin() {
        let mut learned = NEW;
        assert_eq!(wait_with(&mut learned, true, || false), SpinResult::NotReady);
        assert_eq!(wait_with(&mut learned, true, || panic!("skipped")), SpinResult::NotReady);
    }
}
