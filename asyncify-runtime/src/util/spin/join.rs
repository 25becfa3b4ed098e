//! The spin of a caller that expects its result soon.
//!
//! If a searching worker takes a short job at once, the job is done before its caller could park.
//! Each thread learns for itself whether spinning pays.

use std::cell::Cell;
use std::time::Duration;

use super::{Adaptive, spin};

/// About the cost of parking, on a machine on which it is cheap.
const LIMIT: Duration = Duration::from_micros(1);
/// The most spins that are skipped after a miss.
const MAX_SKIPPED: u32 = 16;

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

thread_local! {
    static ADAPTIVE: Cell<Adaptive> = const { Cell::new(Adaptive::new(0, MAX_SKIPPED)) };
}

/// Spins for about a microsecond until the result is ready, if recent spins were successful.
pub(crate) fn wait(ready: impl FnMut() -> bool) -> SpinResult {
    // A thread whose locals are being destroyed does not spin.
    ADAPTIVE
        .try_with(|cell| {
            let mut adaptive = cell.get();
            let result = wait_with(&mut adaptive, ready);
            cell.set(adaptive);
            result
        })
        .unwrap_or(SpinResult::NotReady)
}

fn wait_with(adaptive: &mut Adaptive, mut ready: impl FnMut() -> bool) -> SpinResult {
    if !adaptive.should_spin() {
        return SpinResult::NotReady;
    }
    if ready() {
        // A result that took no spin is never delayed.
        return SpinResult::Ready;
    }
    if spin(LIMIT, || ready().then_some(())).0.is_none() {
        adaptive.miss();
        return SpinResult::NotReady;
    }
    adaptive.hit();
    if adaptive.should_yield() { SpinResult::Yield } else { SpinResult::Ready }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    const NEW: Adaptive = Adaptive::new(0, MAX_SKIPPED);

    #[test]
    fn a_result_that_is_ready_is_never_delayed() {
        let mut adaptive = NEW;
        for _ in 0..1_000 {
            assert_eq!(wait_with(&mut adaptive, || true), SpinResult::Ready);
        }
    }

    #[test]
    fn a_miss_skips_the_next_spin() {
        let mut adaptive = NEW;
        assert_eq!(wait_with(&mut adaptive, || false), SpinResult::NotReady);
        assert_eq!(wait_with(&mut adaptive, || panic!("skipped")), SpinResult::NotReady);
    }
}
