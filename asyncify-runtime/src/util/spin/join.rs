//! The spin of a caller that expects its result soon.
//!
//! If a searching worker takes a short job at once, the job is done before its caller could park.
//! Each thread learns for itself whether spinning pays.

use std::cell::Cell;
use std::mem;
use std::time::Duration;

use super::{Adaptive, spin};

/// About the cost of parking, on a machine on which it is cheap.
const SHORT: Duration = Duration::from_micros(1);
/// Less than what parking and being woken take on most machines, and enough for the system calls that
/// look up, open, read or write a small file.
const LONG: Duration = Duration::from_micros(10);
/// The most short spins that are skipped after a miss.
const MAX_SHORT_SKIPPED: u32 = 16;
/// The most long spins that are skipped after a miss, or because other calls wait meanwhile.
const MAX_LONG_SKIPPED: u32 = 128;
/// The time of successful spins after which the task yields to other tasks, even if they are few.
const MAX_SPENT: Duration = Duration::from_micros(16);

/// The outcome of a spin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SpinResult {
    /// The result is ready.
    Ready,
    /// The result is not ready; park.
    NotReady,
    /// The result is ready, but the spins of many calls in a row were successful: the caller wakes
    /// itself and returns pending, so that other tasks get to run.
    Yield,
}

/// What a thread has learned.
#[derive(Clone, Copy, Debug)]
struct Learned {
    short: Adaptive,
    /// Whether a spin that is not over after a short one is likely to pay.
    long: Adaptive,
    /// The time of successful spins since the last miss or yield.
    spent: Duration,
    /// The last call has yielded, and no call was polled since.
    yielded: bool,
}

impl Learned {
    const fn new() -> Self {
        Self {
            short: Adaptive::new(0, MAX_SHORT_SKIPPED),
            long: Adaptive::new(0, MAX_LONG_SKIPPED),
            spent: Duration::ZERO,
            yielded: false,
        }
    }

    /// Records a successful spin of this length.
    fn hit(&mut self, time: Duration) -> SpinResult {
        self.short.hit();
        if time > SHORT {
            self.long.hit();
        }
        self.spent += time;
        if self.short.should_yield() || self.spent >= MAX_SPENT {
            self.spent = Duration::ZERO;
            self.yielded = true;
            SpinResult::Yield
        } else {
            SpinResult::Ready
        }
    }
}

thread_local! {
    static LEARNED: Cell<Learned> = const { Cell::new(Learned::new()) };
}

/// Spins for up to ten microseconds until the result is ready, if recent spins were successful.
pub(crate) fn wait(ready: impl FnMut() -> bool) -> SpinResult {
    // A thread whose locals are being destroyed does not spin.
    LEARNED
        .try_with(|cell| {
            let mut learned = cell.get();
            let result = wait_with(&mut learned, ready);
            cell.set(learned);
            result
        })
        .unwrap_or(SpinResult::NotReady)
}

fn wait_with(learned: &mut Learned, mut ready: impl FnMut() -> bool) -> SpinResult {
    let Learned { short, long, spent, yielded } = learned;
    let spin_long = long.should_spin();
    let spin_short = short.should_spin();
    if !spin_long && !spin_short {
        return SpinResult::NotReady;
    }
    let after_yield = mem::take(yielded);
    if ready() {
        // A result that took no spin is never delayed.
        return SpinResult::Ready;
    }
    if after_yield && spin_long {
        // This is another call: such calls would be made one after the other, instead of in
        // parallel.
        long.skip_most();
        return SpinResult::NotReady;
    }
    let limit = if spin_long { LONG } else { SHORT };
    let (result, time) = spin(limit, || ready().then_some(()));
    if result.is_none() {
        *spent = Duration::ZERO;
        short.miss();
        if spin_long {
            long.miss();
        }
        return SpinResult::NotReady;
    }
    learned.hit(time)
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    const NEW: Learned = Learned::new();

    #[test]
    fn a_result_that_is_ready_is_never_delayed() {
        let mut learned = NEW;
        for _ in 0..1_000 {
            assert_eq!(wait_with(&mut learned, || true), SpinResult::Ready);
        }
    }

    #[test]
    fn a_call_that_yields_is_ready_when_it_is_polled_again() {
        let mut learned = Learned { yielded: true, ..NEW };
        assert_eq!(wait_with(&mut learned, || true), SpinResult::Ready);
        assert!(!learned.yielded);
        assert!(learned.long.should_spin());
    }

    #[test]
    fn another_call_after_a_yield_skips_long_spins() {
        let mut learned = Learned { yielded: true, ..NEW };
        let mut attempts = 0;
        let result = wait_with(&mut learned, || {
            attempts += 1;
            false
        });
        assert_eq!((result, attempts), (SpinResult::NotReady, 1));
        let skipped = (0..1_000).take_while(|_| !learned.long.should_spin()).count();
        assert_eq!(skipped, MAX_LONG_SKIPPED as usize);
        assert!(learned.short.should_spin());
    }

    #[test]
    fn a_task_yields_after_many_short_spins_or_some_long_ones() {
        let hits = |time| {
            let mut learned = NEW;
            (1..1_000).find(|_| learned.hit(time) == SpinResult::Yield).unwrap()
        };
        assert_eq!(hits(Duration::ZERO), 16);
        assert_eq!(hits(MAX_SPENT / 4), 4);
    }

    #[test]
    fn a_yield_restarts_the_time_that_is_counted() {
        let mut learned = NEW;
        assert_eq!(learned.hit(MAX_SPENT), SpinResult::Yield);
        assert_eq!(learned.hit(MAX_SPENT / 2), SpinResult::Ready);
    }

    #[test]
    fn a_miss_skips_the_next_spin() {
        let mut learned = NEW;
        assert_eq!(wait_with(&mut learned, || false), SpinResult::NotReady);
        assert_eq!(wait_with(&mut learned, || panic!("skipped")), SpinResult::NotReady);
    }
}
