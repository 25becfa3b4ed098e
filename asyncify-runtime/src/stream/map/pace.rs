//! How many items make a load.
//!
//! A load should take about [`TURN`]: much longer than what a worker does besides, and short enough
//! that nobody notices. Where a single item takes that long, loads are of one item, and as many
//! workers as there may be work side by side: such items wait for something, or are worth a thread.
//! Where it takes many items to fill the time, more workers than cores would only stand in each
//! other's way.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

/// What a load should take.
pub(super) const TURN: Duration = Duration::from_micros(50);

/// How long a worker stays before it lets others have its thread.
pub(super) const SHIFT: Duration = Duration::from_millis(5);

/// Learns from each load.
#[derive(Debug)]
pub(super) struct Pace(usize);

impl Pace {
    pub(super) fn new() -> Self {
        Self(1)
    }

    /// How many items the next load has.
    pub(super) fn load(&self, batch: usize) -> usize {
        self.0.min(batch)
    }

    /// How many workers it takes at most: two on a single core, where one would let a slow item hold
    /// up all the others.
    pub(super) fn workers(&self, concurrency: usize) -> usize {
        if self.0 == 1 { concurrency } else { concurrency.min(cores().max(2)) }
    }

    /// A load of so many items was worked on for so long, or given back after it.
    pub(super) fn learn(&mut self, items: usize, time: Duration, batch: usize) {
        if time > TURN {
            self.0 = (items / 2).max(1);
        } else if time < TURN / 2 && items >= self.0 {
            self.0 = (self.0 * 2).min(batch);
        }
    }
}

fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_items_make_large_loads_and_slow_ones_small() {
        let mut pace = Pace::new();
        assert_eq!((pace.load(256), pace.workers(100)), (1, 100));
        for _ in 0..20 {
            pace.learn(pace.load(256), TURN / 10, 256);
        }
        assert_eq!((pace.load(256), pace.workers(100)), (256, cores().clamp(2, 100)));
        // One slow item is enough.
        pace.learn(1, TURN * 100, 256);
        assert_eq!((pace.load(256), pace.workers(100)), (1, 100));
    }

    #[test]
    fn a_short_load_teaches_nothing() {
        let mut pace = Pace(64);
        pace.learn(3, TURN / 100, 256);
        assert_eq!(pace.load(256), 64);
        assert_eq!(pace.load(16), 16);
    }
}
