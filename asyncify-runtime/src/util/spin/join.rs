//! The spin of a caller whose result is about to be there.
//!
//! Where an awake worker takes a job at once, a short one is done sooner than its caller could
//! park. Each thread learns for itself whether spinning pays.

use std::cell::Cell;
use std::time::Duration;

use super::{Adaptive, spin};

/// About what it costs to park, on a machine that is good at it.
const LIMIT: Duration = Duration::from_micros(1);
/// The most spins that are skipped after a miss.
const MOST_SKIPPED: u32 = 16;

/// What a spin found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    /// The result is there.
    Result,
    /// It is not; park.
    Nothing,
    /// The result is there, as it was so often before that other tasks have waited long enough:
    /// wake yourself and return.
    TurnOver,
}

thread_local! {
    static ADAPTIVE: Cell<Adaptive> = const { Cell::new(Adaptive::new(0, MOST_SKIPPED)) };
}

/// Waits for a result for about a microsecond, if that has paid of late.
pub(crate) fn wait(ready: impl FnMut() -> bool) -> Found {
    // A thread whose locals are being destroyed does not spin.
    ADAPTIVE
        .try_with(|cell| {
            let mut adaptive = cell.get();
            let found = wait_with(&mut adaptive, ready);
            cell.set(adaptive);
            found
        })
        .unwrap_or(Found::Nothing)
}

fn wait_with(adaptive: &mut Adaptive, mut ready: impl FnMut() -> bool) -> Found {
    if !adaptive.should_spin() {
        return Found::Nothing;
    }
    if ready() {
        // No reason to keep a result back that took no waiting.
        return Found::Result;
    }
    if spin(LIMIT, || ready().then_some(())).0.is_none() {
        adaptive.miss();
        return Found::Nothing;
    }
    adaptive.hit();
    if adaptive.is_turn_over() { Found::TurnOver } else { Found::Result }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    const FRESH: Adaptive = Adaptive::new(0, MOST_SKIPPED);

    #[test]
    fn a_result_that_is_there_is_never_kept_back() {
        let mut adaptive = FRESH;
        for _ in 0..1_000 {
            assert_eq!(wait_with(&mut adaptive, || true), Found::Result);
        }
    }

    #[test]
    fn a_miss_skips_the_next_spin() {
        let mut adaptive = FRESH;
        assert_eq!(wait_with(&mut adaptive, || false), Found::Nothing);
        assert_eq!(wait_with(&mut adaptive, || panic!("skipped")), Found::Nothing);
    }
}
