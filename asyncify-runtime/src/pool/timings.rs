//! How long jobs wait and run, for pools that measure it.

use super::current;
use super::padded::CachePadded;
use super::quantiles::{Durations, Quantiles};
use crate::sync::{Mutex, MutexGuard};
use std::sync::{OnceLock, PoisonError};
use std::time::Duration;

/// Enough for the workers that record at the same time; others share a shard.
const SHARDS: usize = 64;

/// Exists only if the builder's `metrics` are on.
///
/// Each worker records in a shard of its own, which is created by its first record. The shard's
/// lock is uncontended, unless the metrics are being read.
pub(super) struct Timings {
    shards: [OnceLock<Box<CachePadded<Mutex<Shard>>>>; SHARDS],
}

#[derive(Default)]
struct Shard {
    wait: Durations,
    run: Durations,
}

impl Timings {
    pub(super) fn new() -> Self {
        Self { shards: [const { OnceLock::new() }; SHARDS] }
    }

    /// Records how long a job was queued.
    pub(super) fn waited(&self, time: Duration) {
        self.shard().wait.record(time);
    }

    /// Records how long a job ran.
    pub(super) fn ran(&self, time: Duration) {
        self.shard().run.record(time);
    }

    /// How long jobs waited, and how long they ran.
    pub(super) fn quantiles(&self) -> (Quantiles, Quantiles) {
        let mut all = Shard::default();
        for shard in self.shards.iter().filter_map(OnceLock::get) {
            let shard = lock(shard);
            all.wait.add(&shard.wait);
            all.run.add(&shard.run);
        }
        (all.wait.quantiles(), all.run.quantiles())
    }

    /// This worker's shard. Threads outside the pool that cancel jobs share one.
    fn shard(&self) -> MutexGuard<'_, Shard> {
        let index = current::index().unwrap_or(0) % SHARDS;
        lock(self.shards[index].get_or_init(|| Box::new(CachePadded(Mutex::default()))))
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_close_and_ordered() {
        let timings = Timings::new();
        assert_eq!(timings.quantiles(), (Quantiles::default(), Quantiles::default()));
        for micros in 1..=1000 {
            timings.waited(Duration::from_micros(micros));
        }
        let (wait, run) = timings.quantiles();
        let close = |found: Duration, micros: u32| {
            let exact = Duration::from_micros(micros.into());
            assert!(exact <= found && found <= exact * 101 / 100, "{found:?} for {exact:?}");
        };
        close(wait.p50, 500);
        close(wait.p90, 900);
        close(wait.p99, 990);
        close(wait.p999, 999);
        close(wait.max, 1000);
        assert_eq!((wait.count, run.count), (1000, 0));
    }

    #[test]
    fn no_duration_is_too_short_or_too_long() {
        let timings = Timings::new();
        timings.ran(Duration::ZERO);
        timings.ran(Duration::MAX);
        let (_, run) = timings.quantiles();
        assert_eq!((run.count, run.p50), (2, Duration::ZERO));
        assert_eq!(run.max, Duration::from_nanos(u64::MAX));
    }

    #[test]
    fn shards_are_merged() {
        let timings = Timings::new();
        for index in [0, 3] {
            let shard = Mutex::new(Shard::default());
            lock(&shard).wait.record(Duration::from_millis(1));
            assert!(timings.shards[index].set(Box::new(CachePadded(shard))).is_ok());
        }
        assert_eq!(timings.quantiles().0.count, 2);
    }
}
