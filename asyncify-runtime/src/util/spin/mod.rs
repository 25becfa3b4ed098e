//! Spinning for a moment before parking, where it pays.
//!
//! Two kinds of threads spin: a worker that searches for a job ([`search`]), and a caller that
//! expects its result soon ([`join`]). They share these rules:
//!
//! - A spin never yields its core. A thread that yields may lose the core for a whole time slice,
//!   and a worker that is descheduled while it searches delays the queue.
//! - No thread spins where threads cannot run in parallel: the thread that it waits for needs the
//!   same core ([`cores`]).
//! - Whether a spin is likely to pay is learned from those before it.

mod adaptive;
mod cores;
pub(crate) mod join;
mod search;

pub(crate) use adaptive::Adaptive;
pub(crate) use search::SearchSpin;

use std::time::{Duration, Instant};

use crate::sync::hint;

/// Attempts between two readings of the clock.
const ATTEMPTS_PER_CHECK: u32 = 8;
/// The most attempts. One under loom, where no time passes.
const MAX_ATTEMPTS: u32 = if cfg!(all(test, asyncify_loom)) { 1 } else { u32::MAX };

/// Repeats `attempt` until it succeeds, for about as long as `limit`. Also returns the time spent
/// since `start`, accurate to a few attempts.
pub(crate) fn spin<R>(
    start: Instant,
    limit: Duration,
    mut attempt: impl FnMut() -> Option<R>,
) -> (Option<R>, Duration) {
    let mut spent = Duration::ZERO;
    if !cores::are_several(start) {
        return (None, spent);
    }
    for attempts in 1..=MAX_ATTEMPTS {
        hint::spin_loop();
        let result = attempt();
        if result.is_some() {
            return (result, spent);
        }
        if attempts % ATTEMPTS_PER_CHECK == 0 {
            spent = start.elapsed();
            if spent >= limit {
                break;
            }
        }
    }
    (None, spent)
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn a_spin_ends_with_the_first_success_or_at_the_limit() {
        let mut attempts = 0;
        let (result, _) = spin(Instant::now(), Duration::from_secs(3600), || {
            attempts += 1;
            (attempts == 100).then_some("result")
        });
        let expected = cores::are_several(Instant::now()).then_some("result");
        assert_eq!(result, expected);
        assert_eq!(spin(Instant::now(), Duration::ZERO, || None::<()>).0, None);
    }
}
