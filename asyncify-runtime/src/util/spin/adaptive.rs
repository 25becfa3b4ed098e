//! Whether the next spin is likely to pay, learned from the last ones.

/// The number of successful spins in a row after which the task yields to other tasks. It is small,
/// because a runtime checks its timers only once in a number of polls.
const BUDGET: u32 = 16;

/// Skips spins after each unsuccessful one: first one, then two, four, and so on up to
/// `max_skipped`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Adaptive {
    /// How many spins are still skipped.
    skip: u32,
    /// How many spins the next miss skips.
    penalty: u32,
    /// Successful spins since the last miss or yield.
    hits: u32,
    max_skipped: u32,
}

impl Adaptive {
    /// Skips the first `skip` spins.
    pub(crate) const fn new(skip: u32, max_skipped: u32) -> Self {
        Self { skip, penalty: 1, hits: 0, max_skipped }
    }

    /// Whether to spin now, or to skip this spin.
    pub(crate) fn should_spin(&mut self) -> bool {
        let spin = self.skip == 0;
        self.skip = self.skip.saturating_sub(1);
        spin
    }

    /// Records a successful spin.
    pub(crate) fn hit(&mut self) {
        self.penalty = 1;
        self.hits = self.hits.saturating_add(1);
    }

    /// Records an unsuccessful spin.
    pub(crate) fn miss(&mut self) {
        self.hits = 0;
        self.skip = self.penalty;
        self.penalty = (self.penalty * 2).min(self.max_skipped);
    }

    /// Skips `max_skipped` spins.
    pub(crate) fn skip_most(&mut self) {
        self.skip = self.max_skipped;
    }

    /// Whether so many spins in a row were successful that the task should yield to other tasks. If
    /// so, the count starts again.
    pub(crate) fn should_yield(&mut self) -> bool {
        let exhausted = self.hits >= BUDGET;
        if exhausted {
            self.hits = 0;
        }
        exhausted
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn misses_skip_more_and_more_spins() {
        let mut adaptive = Adaptive::new(1, 16);
        let mut skipped = Vec::new();
        for _ in 0..7 {
            let mut skips = 0;
            while !adaptive.should_spin() {
                skips += 1;
            }
            skipped.push(skips);
            adaptive.miss();
        }
        assert_eq!(skipped, [1, 1, 2, 4, 8, 16, 16]);
        while !adaptive.should_spin() {}
        adaptive.hit();
        assert!(adaptive.should_spin());
        adaptive.miss();
        assert_eq!(adaptive.skip, 1, "a hit resets the penalty");
    }

    #[test]
    fn many_hits_in_a_row_yield() {
        let mut adaptive = Adaptive::new(0, 16);
        for _ in 0..3 {
            for _ in 0..BUDGET {
                assert!(!adaptive.should_yield());
                adaptive.hit();
            }
            assert!(adaptive.should_yield());
        }
    }
}
