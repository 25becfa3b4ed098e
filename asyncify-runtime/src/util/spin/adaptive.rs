//! Whether the next spin pays, learned from the last ones.

/// After so many spins in a row that paid, other tasks get a turn: a runtime looks at its timers only
/// once in a number of turns.
const TURN: u32 = 16;

/// Skips spins after one that did not pay: first one, then two, and so on up to `most_skipped`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Adaptive {
    /// Spins to be skipped.
    skip: u32,
    /// How many the next miss skips.
    penalty: u32,
    /// Spins that paid, since the last miss or turn.
    hits: u32,
    most_skipped: u32,
}

impl Adaptive {
    /// Begins with a spin, after `skip` are skipped.
    pub(crate) const fn new(skip: u32, most_skipped: u32) -> Self {
        Self { skip, penalty: 1, hits: 0, most_skipped }
    }

    /// Whether to spin now.
    pub(crate) fn should_spin(&mut self) -> bool {
        let spin = self.skip == 0;
        self.skip = self.skip.saturating_sub(1);
        spin
    }

    /// A spin has paid.
    pub(crate) fn hit(&mut self) {
        self.penalty = 1;
        self.hits += 1;
    }

    /// A spin has not paid.
    pub(crate) fn miss(&mut self) {
        self.hits = 0;
        self.skip = self.penalty;
        self.penalty = (self.penalty * 2).min(self.most_skipped);
    }

    /// Whether the thread has spun so often in a row that other tasks should get a turn; if so, the
    /// count begins anew.
    pub(crate) fn is_turn_over(&mut self) -> bool {
        let over = self.hits >= TURN;
        if over {
            self.hits = 0;
        }
        over
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
        assert_eq!(adaptive.skip, 1, "a hit has taken the penalty back");
    }

    #[test]
    fn a_turn_ends_after_many_hits_in_a_row() {
        let mut adaptive = Adaptive::new(0, 16);
        for _ in 0..3 {
            for _ in 0..TURN {
                assert!(!adaptive.is_turn_over());
                adaptive.hit();
            }
            assert!(adaptive.is_turn_over());
        }
    }
}
