//! The adaptive batch size.
//!
//! A batch should take about [`BATCH_TIME`]: much longer than the bookkeeping of a worker, and too
//! short to be noticed. If a single item takes that long, batches have one item, and as many
//! workers as the concurrency allows run in parallel: such items wait for something, or are worth a
//! thread each. If it takes many items to fill the time, more workers than cores would only compete
//! for the cores.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

/// The target duration of a batch.
pub(super) const BATCH_TIME: Duration = Duration::from_micros(50);

/// How long a worker runs before it yields its thread to other jobs.
pub(super) const TIME_SLICE: Duration = Duration::from_millis(5);

/// The number of items in a batch, adjusted after each one.
#[derive(Debug)]
pub(super) struct BatchSize(usize);

impl BatchSize {
    pub(super) fn new() -> Self {
        Self(1)
    }

    /// Returns the number of items in the next batch.
    pub(super) fn get(&self, max: usize) -> usize {
        self.0.min(max)
    }

    /// Returns the maximum number of workers that process batches in parallel. It is at least two
    /// for fast items, even on a single core, because a single worker would let one slow item delay
    /// all others.
    pub(super) fn max_workers(&self, concurrency: usize) -> usize {
        if self.0 == 1 { concurrency } else { concurrency.min(cores().max(2)) }
    }

    /// Records that a worker has processed `items` items in `time`; it may have returned the rest.
    pub(super) fn record(&mut self, items: usize, time: Duration, max: usize) {
        if time > BATCH_TIME {
            self.0 = (items / 2).max(1);
        } else if time < BATCH_TIME / 2 && items >= self.0 {
            self.0 = (self.0 * 2).min(max);
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
    fn fast_items_make_large_batches_and_slow_ones_small() {
        let mut size = BatchSize::new();
        assert_eq!((size.get(256), size.max_workers(100)), (1, 100));
        for _ in 0..20 {
            size.record(size.get(256), BATCH_TIME / 10, 256);
        }
        assert_eq!((size.get(256), size.max_workers(100)), (256, cores().clamp(2, 100)));
        // One slow item is enough.
        size.record(1, BATCH_TIME * 100, 256);
        assert_eq!((size.get(256), size.max_workers(100)), (1, 100));
    }

    #[test]
    fn a_partial_batch_does_not_raise_the_size() {
        let mut size = BatchSize(64);
        size.record(3, BATCH_TIME / 100, 256);
        assert_eq!(size.get(256), 64);
        assert_eq!(size.get(16), 16);
    }
}
