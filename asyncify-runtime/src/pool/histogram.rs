//! Durations, counted in buckets, for quantiles.

use super::metrics::Quantiles;
use std::time::Duration;
// Not from `crate::sync`: nothing hangs on these numbers.
use crate::sync::unmodelled::{AtomicU64, Ordering::Relaxed};

/// Bits of a duration that are told apart within a power of two: 1/16, about 6 %.
const BITS: u32 = 4;
const STEPS: u64 = 1 << BITS;
const BUCKETS: usize = ((u64::BITS - BITS + 1) as usize) << BITS;

/// Any thread may record and any may read. Relaxed: counts for people.
pub(super) struct Histogram {
    buckets: Box<[AtomicU64]>,
    longest: AtomicU64,
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self {
            buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(),
            longest: AtomicU64::new(0),
        }
    }

    pub(super) fn record(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.buckets[bucket(nanos)].fetch_add(1, Relaxed);
        // Written rarely: most durations are not the longest so far.
        if nanos > self.longest.load(Relaxed) {
            self.longest.fetch_max(nanos, Relaxed);
        }
    }

    pub(super) fn quantiles(&self) -> Quantiles {
        let counts: Vec<u64> = self.buckets.iter().map(|bucket| bucket.load(Relaxed)).collect();
        let count = counts.iter().sum();
        let longest = self.longest.load(Relaxed);
        let quantile = |per_mille| Duration::from_nanos(at(&counts, count, per_mille).min(longest));
        Quantiles {
            count,
            p50: quantile(500),
            p90: quantile(900),
            p99: quantile(990),
            p999: quantile(999),
            max: Duration::from_nanos(longest),
        }
    }
}

/// The bucket of a number: small numbers have one each, the others share it with those that agree
/// in the highest bits.
fn bucket(number: u64) -> usize {
    let shift = (u64::BITS - (number | STEPS).leading_zeros()) - BITS - 1;
    let step = (number >> shift) & (STEPS - 1);
    let row = if number < STEPS { 0 } else { u64::from(shift) + 1 };
    usize::try_from(row * STEPS + step).expect("below BUCKETS")
}

/// The highest number that belongs in a bucket.
fn highest(bucket: usize) -> u64 {
    let (row, step) = (bucket as u64 / STEPS, bucket as u64 % STEPS);
    match row.checked_sub(1) {
        None => step,
        // One less than the lowest number of the next bucket, which may be 2^64.
        Some(shift) => (((STEPS + step) << shift) - 1).wrapping_add(1 << shift),
    }
}

fn at(counts: &[u64], count: u64, per_mille: u64) -> u64 {
    let rank = (u128::from(count) * u128::from(per_mille)).div_ceil(1000);
    let mut passed = 0_u128;
    for (bucket, count) in counts.iter().enumerate() {
        passed += u128::from(*count);
        if passed >= rank && passed > 0 {
            return highest(bucket);
        }
    }
    0
}

#[cfg(all(test, not(asyncify_loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_in_a_bucket_that_is_close() {
        let powers = (0..64).map(|shift| 1_u64 << shift);
        for number in powers.flat_map(|p| [p - 1, p, p + 1, p | (p >> 1)]).chain([u64::MAX]) {
            let top = highest(bucket(number));
            assert!(number <= top && top - number <= number / STEPS, "{number} in {top}");
            assert_eq!(bucket(top), bucket(number));
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn quantiles_are_close_and_ordered() {
        let histogram = Histogram::new();
        assert_eq!(histogram.quantiles(), Quantiles::default());
        for micros in 1..=1000 {
            histogram.record(Duration::from_micros(micros));
        }
        let quantiles = histogram.quantiles();
        let close = |found: Duration, micros: u32| {
            let exact = Duration::from_micros(micros.into());
            assert!(exact <= found && found <= exact * 17 / 16, "{found:?} for {exact:?}");
        };
        close(quantiles.p50, 500);
        close(quantiles.p90, 900);
        close(quantiles.p99, 990);
        assert_eq!((quantiles.count, quantiles.max), (1000, Duration::from_millis(1)));
        assert!(quantiles.p999 <= quantiles.max);
    }
}
