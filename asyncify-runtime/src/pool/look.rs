//! The joiner's short look for a result that is about to be there.
//!
//! Where an awake worker takes a job at once, a short one is done sooner than its caller could
//! park. Each thread learns for itself whether looking pays: a miss skips the next looks, first
//! one, then two, up to sixteen.

use crate::sync::hint;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// About what it costs to park, on a machine that is good at it.
const PATIENCE: Duration = Duration::from_micros(1);
/// Pauses of a look, for machines where they are short.
const PAUSES: u32 = 100;
/// Pauses between two looks at the clock.
const ROW: u32 = 8;
/// The most looks that are skipped after a miss.
const MOST_SKIPPED: u32 = 16;
/// After so many hits in a row other tasks get their turn.
const TURN: u32 = 64;

/// What a look found.
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

#[derive(Clone, Copy)]
struct Learned {
    /// Hits since the last miss or turn.
    hits: u32,
    /// Looks to be skipped.
    skip: u32,
    /// How many the next miss skips.
    penalty: u32,
}

thread_local! {
    static LEARNED: Cell<Learned> = const { Cell::new(Learned { hits: 0, skip: 0, penalty: 1 }) };
}

/// Looks for a result for about a microsecond, if looking has paid of late.
pub(crate) fn look(ready: impl FnMut() -> bool) -> Found {
    // A thread whose locals are being destroyed does not look.
    LEARNED
        .try_with(|learned| {
            let (found, now) = learned.get().look(ready);
            learned.set(now);
            found
        })
        .unwrap_or(Found::Nothing)
}

impl Learned {
    fn look(mut self, mut ready: impl FnMut() -> bool) -> (Found, Self) {
        if self.skip > 0 {
            self.skip -= 1;
            return (Found::Nothing, self);
        }
        if ready() {
            // No reason to keep a result back that took no waiting.
            return (Found::Result, self);
        }
        if !wait(ready) {
            let missed =
                Self { hits: 0, skip: self.penalty, penalty: (self.penalty * 2).min(MOST_SKIPPED) };
            return (Found::Nothing, missed);
        }
        self.penalty = 1;
        self.hits += 1;
        if self.hits < TURN {
            return (Found::Result, self);
        }
        self.hits = 0;
        (Found::TurnOver, self)
    }
}

fn wait(mut ready: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    for pause in 1..=PAUSES {
        hint::spin_loop();
        if ready() {
            return true;
        }
        if pause % ROW == 0 && start.elapsed() >= PATIENCE {
            break;
        }
    }
    false
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    const FRESH: Learned = Learned { hits: 0, skip: 0, penalty: 1 };

    /// A result that is there at the second look.
    fn second() -> impl FnMut() -> bool {
        let mut looks = 0;
        move || {
            looks += 1;
            looks > 1
        }
    }

    #[test]
    fn a_result_that_is_there_is_never_kept_back() {
        let learned = Learned { hits: TURN - 1, ..FRESH };
        assert_eq!(learned.look(|| true).0, Found::Result);
    }

    #[test]
    fn misses_skip_more_and_more_looks() {
        let mut learned = FRESH;
        let mut skipped = Vec::new();
        for _ in 0..6 {
            let (found, now) = learned.look(|| false);
            assert_eq!(found, Found::Nothing);
            learned = now;
            skipped.push(learned.skip);
            for _ in 0..learned.skip {
                let (found, now) = learned.look(|| panic!("this look is skipped"));
                assert_eq!(found, Found::Nothing);
                learned = now;
            }
        }
        assert_eq!(skipped, [1, 2, 4, 8, 16, 16]);
        let (found, learned) = learned.look(second());
        assert_eq!((found, learned.penalty), (Found::Result, 1));
    }

    #[test]
    fn others_get_their_turn() {
        let mut learned = FRESH;
        for round in 1..=2 * TURN {
            let (found, now) = learned.look(second());
            let expected = if round % TURN == 0 { Found::TurnOver } else { Found::Result };
            assert_eq!(found, expected);
            learned = now;
        }
    }

    #[test]
    fn a_look_sees_what_comes_meanwhile() {
        let mut looks = 0;
        let (found, _) = FRESH.look(|| {
            looks += 1;
            looks == 5
        });
        assert_eq!(found, Found::Result);
    }
}
