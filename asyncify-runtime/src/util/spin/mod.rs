//! Spinning for a moment in place of parking, where it pays.
//!
//! Three kinds of threads spin: a worker that searches for a job ([`search`]), a caller whose result
//! is about to be there ([`join`]), and the consumer of a stream whose producer is quick. All of them
//! share these rules:
//!
//! - A spin never yields. A thread that yields gives its core away for a whole time slice of whoever
//!   else wants it, and a worker that is off its core while it searches holds the queue up.
//! - Nothing spins where threads cannot run in parallel: what it waits for needs that very core
//!   ([`cores`]).
//! - Each spin learns from those before it whether it pays.

mod adaptive;
mod cores;
pub(crate) mod join;
mod search;

pub(crate) use adaptive::Adaptive;
pub(crate) use search::SearchSpin;

use std::time::{Duration, Instant};

use crate::sync::hint;

/// Attempts between two looks at the clock.
const ROW: u32 = 8;
/// The most attempts. In a model no time passes.
const MOST: u32 = if cfg!(all(test, asyncify_loom)) { 1 } else { u32::MAX };

/// Makes one attempt after the other until one succeeds, for about as long as `limit`. Returns how
/// long that took, too, give or take a few attempts.
pub(crate) fn spin<R>(
    limit: Duration,
    mut attempt: impl FnMut() -> Option<R>,
) -> (Option<R>, Duration) {
    let start = Instant::now();
    let mut spent = Duration::ZERO;
    if !cores::are_several(start) {
        return (None, spent);
    }
    for attempts in 1..=MOST {
        hint::spin_loop();
        let result = attempt();
        if result.is_some() {
            return (result, spent);
        }
        if attempts % ROW == 0 {
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
    fn a_spin_ends_with_the_first_success_or_in_time() {
        let mut attempts = 0;
        let (result, _) = spin(Duration::from_secs(3600), || {
            attempts += 1;
            (attempts == 100).then_some("result")
        });
        let expected = cores::are_several(Instant::now()).then_some("result");
        assert_eq!(result, expected);
        assert_eq!(spin(Duration::ZERO, || None::<()>).0, None);
    }
}
