//! The consumer's short wait for a quick producer.
//!
//! A consumer that has taken all there is would park, and be woken for the next item: a thousand
//! times what an item may take to make, and by a producer that makes nothing meanwhile. So it lets
//! the producer go on for a moment first, and keeps off the mailbox, because to look at it would slow
//! the producer down. Each stream learns whether that pays: a moment that brought little skips the
//! next ones, first one, then two, up to 64.

use std::time::{Duration, Instant};

use crate::sync::hint;

/// About what it costs to be woken, on a virtual machine. Both threads are awake for long enough that
/// the system gives each its own core: two that wake each other in turns may share one for ever.
const MOMENT: Duration = Duration::from_micros(20);
/// Pauses between two looks at the clock.
const ROW: u32 = 8;
/// Pauses of a moment, for machines where they are long. In a model no time passes.
const PAUSES: u32 = if cfg!(all(test, asyncify_loom)) { 0 } else { 4000 };
/// The least items that pay for a moment.
const WORTH: usize = 8;
/// The most moments that are skipped after one that did not pay.
const MOST_SKIPPED: u32 = 64;
/// After so many in a row other tasks get their turn.
const TURN: u32 = 64;

pub(super) struct Patience {
    /// Moments to be skipped.
    skip: u32,
    /// How many the next miss skips.
    penalty: u32,
    /// A moment has just been waited for.
    waited: bool,
    /// Moments since the last miss or turn.
    hits: u32,
}

/// What there was to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// No wait.
    No,
    /// A moment is over.
    Over,
    /// Wake yourself and return.
    TurnOver,
}

impl Patience {
    pub(super) fn new() -> Self {
        // Before the first item there is nobody to be quick.
        Self { skip: 1, penalty: 1, waited: false, hits: 0 }
    }

    /// So many items were there to be taken.
    pub(super) fn learn(&mut self, items: usize) {
        if !std::mem::take(&mut self.waited) {
            return;
        }
        if items >= WORTH {
            self.penalty = 1;
            self.hits += 1;
        } else {
            self.hits = 0;
            self.skip = self.penalty;
            self.penalty = (self.penalty * 2).min(MOST_SKIPPED);
        }
    }

    /// Waits for a moment, if there is nothing to take and waiting has paid of late.
    pub(super) fn wait(&mut self, nothing: impl FnOnce() -> bool) -> Wait {
        if self.skip > 0 {
            self.skip -= 1;
            return Wait::No;
        }
        if !nothing() {
            return Wait::No;
        }
        if self.hits == TURN {
            self.hits = 0;
            return Wait::TurnOver;
        }
        self.waited = true;
        let start = Instant::now();
        for pause in 1..=PAUSES {
            hint::spin_loop();
            if pause % ROW == 0 && start.elapsed() >= MOMENT {
                break;
            }
        }
        Wait::Over
    }
}

#[cfg(all(test, not(asyncify_loom)))]
mod tests {
    use super::*;

    #[test]
    fn moments_that_bring_little_are_skipped_more_and_more() {
        let mut patience = Patience::new();
        let mut skipped = Vec::new();
        for _ in 0..8 {
            let mut skips = 0;
            while patience.wait(|| true) == Wait::No {
                skips += 1;
            }
            skipped.push(skips);
            patience.learn(WORTH - 1);
        }
        assert_eq!(skipped, [1, 1, 2, 4, 8, 16, 32, 64]);
        while patience.wait(|| true) == Wait::No {}
        patience.learn(WORTH);
        assert_eq!(patience.wait(|| true), Wait::Over);
    }

    #[test]
    fn what_is_there_is_not_waited_for() {
        let mut patience = Patience { skip: 0, ..Patience::new() };
        assert_eq!(patience.wait(|| false), Wait::No);
        assert_eq!(patience.wait(|| true), Wait::Over);
    }

    #[test]
    fn others_get_their_turn() {
        let mut patience = Patience { skip: 0, ..Patience::new() };
        for _ in 0..3 {
            for _ in 0..TURN {
                assert_eq!(patience.wait(|| true), Wait::Over);
                patience.learn(WORTH);
            }
            assert_eq!(patience.wait(|| true), Wait::TurnOver);
        }
    }
}
