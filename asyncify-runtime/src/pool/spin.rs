//! How long a searching worker lingers before it parks, learned from what parking would cost.
//!
//! Waking a parked thread takes a few microseconds on one machine and a hundred on another, and
//! where the caller and the worker share a core next to nothing. A worker lingers only if that
//! would have bridged the last gap between running dry and being called, and never longer than
//! three wake-ups cost here, so callers that come slowly pay nothing.

use crate::sync::hint;
// Not from `crate::sync`: models have no time.
use crate::sync::unmodelled::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// No spin is longer, whatever a wake-up costs.
const LONGEST: u64 = 100_000;
/// A spin that would be shorter is none.
const SHORTEST: u64 = 250;
/// Pauses between two looks at the clock. After each row of them the system may run another
/// thread, which is what a caller on the same core waits for.
const PAUSES: u32 = 16;

/// All times in nanoseconds after `start`, or of duration.
///
/// Relaxed: `called` is written by who holds `COMING` and read by the worker it is passed to, the
/// rest by the one that searches; the token and the parker hand them over well enough for numbers
/// of which none has to be right.
pub(super) struct Spin {
    start: Instant,
    /// When a parked worker was last called.
    called: AtomicU64,
    /// When a spin last ended with nothing.
    ran_dry: AtomicU64,
    /// What it costs to wake a worker, averaged.
    wake: AtomicU64,
    /// How long the next spin lasts.
    limit: AtomicU64,
}

impl Spin {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            called: AtomicU64::new(0),
            ran_dry: AtomicU64::new(0),
            wake: AtomicU64::new(0),
            limit: AtomicU64::new(0),
        }
    }

    /// A parked worker is about to be called.
    pub(super) fn calling(&self) {
        self.called.store(self.now(), Relaxed);
    }

    /// The called worker is awake.
    pub(super) fn awake(&self) {
        let called = self.called.load(Relaxed);
        let cost = self.now().saturating_sub(called);
        let wake = match self.wake.load(Relaxed) {
            0 => cost,
            average => average - average / 8 + cost / 8,
        };
        self.wake.store(wake, Relaxed);
        let longest = (3 * wake).min(LONGEST);
        if called.saturating_sub(self.ran_dry.load(Relaxed)) <= longest {
            let limit = self.limit.load(Relaxed) * 4;
            self.limit.store(limit.clamp(longest / 8, longest), Relaxed);
        }
    }

    /// Looks for a job as long as that seems to pay.
    pub(super) fn linger<J>(&self, mut pop: impl FnMut() -> Option<J>) -> Option<J> {
        let limit = Duration::from_nanos(self.limit.load(Relaxed));
        if !limit.is_zero() {
            let start = Instant::now();
            while start.elapsed() < limit {
                for _ in 0..PAUSES {
                    hint::spin_loop();
                    if let Some(job) = pop() {
                        return Some(job);
                    }
                }
                thread::yield_now();
            }
            let half = self.limit.load(Relaxed) / 2;
            self.limit.store(if half < SHORTEST { 0 } else { half }, Relaxed);
        }
        self.ran_dry.store(self.now(), Relaxed);
        None
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn a_gap_that_lingering_would_have_bridged_makes_it_linger() {
        let spin = Spin::new();
        assert_eq!(spin.linger(|| None::<()>), None);
        spin.wake.store(1_000_000_000, Relaxed);
        spin.calling();
        // On a slow machine the gap between the two lines above is long.
        spin.ran_dry.store(spin.called.load(Relaxed), Relaxed);
        spin.awake();
        assert!(spin.limit.load(Relaxed) >= LONGEST / 8);
        // Long enough for a slow machine.
        spin.limit.store(1_000_000_000, Relaxed);
        let mut looks = 0;
        let job = spin.linger(|| {
            looks += 1;
            (looks == 3).then_some("job")
        });
        assert_eq!(job, Some("job"));
    }

    #[test]
    fn a_long_gap_does_not() {
        let spin = Spin::new();
        spin.ran_dry.store(0, Relaxed);
        spin.wake.store(8, Relaxed);
        spin.called.store(u64::MAX / 2, Relaxed);
        spin.awake();
        assert_eq!(spin.limit.load(Relaxed), 0);
    }

    #[test]
    fn lingering_in_vain_ends() {
        let spin = Spin::new();
        spin.limit.store(4 * SHORTEST, Relaxed);
        for _ in 0..3 {
            assert_eq!(spin.linger(|| None::<()>), None);
        }
        assert_eq!(spin.limit.load(Relaxed), 0);
    }
}
