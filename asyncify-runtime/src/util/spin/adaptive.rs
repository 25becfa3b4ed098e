//! Whether the next spin is likely to pay, learned from the last ones.

/// Skips spins after each unsuccessful one: first one, then two, four, and so on up to
/// `max_skipped`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Adaptive {
    /// How many spins are still skipped.
    skip: u32,
    /// How many spins the next miss skips.
    penalty: u32,
    max_skipped: u32,
}

impl Adaptive {
    /// Skips the first `skip` spins.
    pub(crate) const fn new(skip: u32, max_skipped: u32) -> Self {
        Self { skip, penalty: 1, max_skipped }
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
    }

    /// Records an unsuccessful spin.
    pub(crate) fn miss(&mut self) {
        self.skip = self.penalty;
        self.penalty = (self.penalty * 2).min(self.max_skipped);
    }

    /// Skips as many spins as after many misses. The penalty of the next miss stays as it is.
    pub(crate) fn skip_most(&mut self) {
        self.skip = self.max_skipped;
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
}
