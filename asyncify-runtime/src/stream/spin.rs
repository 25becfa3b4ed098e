//! The adaptive spin of a consumer that waits for a fast producer.
//!
//! A consumer that has received all items would park and be woken for the next one. A wake-up takes
//! about a thousand times as long as a cheap item, and the producer makes no items while it wakes the
//! consumer. So the consumer spins for a moment first. It does not look at the channel meanwhile,
//! because that would slow the producer down. Each stream learns whether spinning pays: a spin that
//! brought few items skips the next ones.

use std::time::Duration;

use crate::util::spin::{Adaptive, spin};

/// About the cost of a wake-up on a virtual machine. The consumer and the producer are both awake for
/// long enough that the system gives each its own core; two threads that wake each other in turns may
/// share one core for ever.
const SPIN_TIME: Duration = Duration::from_micros(20);
/// The number of items that a spin must bring to pay.
const MIN_ITEMS: usize = 8;
/// The most spins that are skipped after one that did not pay.
const MOST_SKIPPED: u32 = 64;

pub(super) struct ConsumerSpin {
    adaptive: Adaptive,
    /// The consumer has just spun.
    spun: bool,
}

/// What a call of [`ConsumerSpin::spin`] has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spin {
    /// The spin was skipped.
    Skipped,
    /// The thread has spun.
    Done,
    /// Nothing: the task should wake itself and return, so that other tasks run.
    Yield,
}

impl ConsumerSpin {
    pub(super) fn new() -> Self {
        // The first spin is skipped: the producer has yet to start.
        Self { adaptive: Adaptive::new(1, MOST_SKIPPED), spun: false }
    }

    /// Records how many items the consumer received.
    pub(super) fn record(&mut self, items: usize) {
        if !std::mem::take(&mut self.spun) {
            return;
        }
        if items >= MIN_ITEMS {
            self.adaptive.hit();
        } else {
            self.adaptive.miss();
        }
    }

    /// Spins for a moment, if the channel is empty and spinning has paid lately.
    pub(super) fn spin(&mut self, is_empty: impl FnOnce() -> bool) -> Spin {
        if !self.adaptive.should_spin() || !is_empty() {
            return Spin::Skipped;
        }
        if self.adaptive.should_yield() {
            return Spin::Yield;
        }
        self.spun = true;
        _ = spin(SPIN_TIME, || None::<()>);
        Spin::Done
    }
}

#[cfg(all(test, not(asyncify_loom)))]
mod tests {
    use super::*;

    #[test]
    fn spins_that_bring_few_items_are_skipped() {
        let mut consumer = ConsumerSpin::new();
        assert_eq!(consumer.spin(|| true), Spin::Skipped);
        assert_eq!(consumer.spin(|| true), Spin::Done);
        consumer.record(MIN_ITEMS - 1);
        assert_eq!(consumer.spin(|| true), Spin::Skipped);
        assert_eq!(consumer.spin(|| true), Spin::Done);
        consumer.record(MIN_ITEMS);
        assert_eq!(consumer.spin(|| true), Spin::Done);
    }

    #[test]
    fn a_channel_with_items_is_not_spun_on() {
        let mut consumer = ConsumerSpin { adaptive: Adaptive::new(0, 1), spun: false };
        assert_eq!(consumer.spin(|| false), Spin::Skipped);
        assert_eq!(consumer.spin(|| true), Spin::Done);
    }
}
