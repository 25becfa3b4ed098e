//! The consumer's short wait for a quick producer.
//!
//! A consumer that has taken all there is would park, and be woken for the next item: a thousand
//! times what an item may take to make, and by a producer that makes nothing meanwhile. So it lets
//! the producer go on for a moment first, and keeps off the mailbox, because to look at it would slow
//! the producer down. Each stream learns whether that pays: a moment that brought little skips the
//! next ones.

use std::time::Duration;

use crate::util::spin::{Adaptive, spin};

/// About what it costs to be woken, on a virtual machine. Both threads are awake for long enough that
/// the system gives each its own core: two that wake each other in turns may share one for ever.
const MOMENT: Duration = Duration::from_micros(20);
/// The least items that pay for a moment.
const WORTH: usize = 8;
/// The most moments that are skipped after one that did not pay.
const MOST_SKIPPED: u32 = 64;

pub(super) struct Patience {
    adaptive: Adaptive,
    /// A moment has just been waited for.
    waited: bool,
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
        Self { adaptive: Adaptive::new(1, MOST_SKIPPED), waited: false }
    }

    /// So many items were there to be taken.
    pub(super) fn learn(&mut self, items: usize) {
        if !std::mem::take(&mut self.waited) {
            return;
        }
        if items >= WORTH {
            self.adaptive.hit();
        } else {
            self.adaptive.miss();
        }
    }

    /// Waits for a moment, if there is nothing to take and waiting has paid of late.
    pub(super) fn wait(&mut self, nothing: impl FnOnce() -> bool) -> Wait {
        if !self.adaptive.should_spin() || !nothing() {
            return Wait::No;
        }
        if self.adaptive.should_yield() {
            return Wait::TurnOver;
        }
        self.waited = true;
        _ = spin(MOMENT, || None::<()>);
        Wait::Over
    }
}

#[cfg(all(test, not(asyncify_loom)))]
mod tests {
    use super::*;

    #[test]
    fn moments_that_bring_little_are_skipped() {
        let mut patience = Patience::new();
        assert_eq!(patience.wait(|| true), Wait::No);
        assert_eq!(patience.wait(|| true), Wait::Over);
        patience.learn(WORTH - 1);
        assert_eq!(patience.wait(|| true), Wait::No);
        assert_eq!(patience.wait(|| true), Wait::Over);
        patience.learn(WORTH);
        assert_eq!(patience.wait(|| true), Wait::Over);
    }

    #[test]
    fn what_is_there_is_not_waited_for() {
        let mut patience = Patience { adaptive: Adaptive::new(0, 1), waited: false };
        assert_eq!(patience.wait(|| false), Wait::No);
        assert_eq!(patience.wait(|| true), Wait::Over);
    }
}
