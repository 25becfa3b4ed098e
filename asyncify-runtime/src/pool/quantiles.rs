//! Distributions of durations, for metrics.

use hdrhistogram::Histogram;
use std::time::Duration;

/// The distribution of durations: half of them are at most `p50`, and so on, with an error of at
/// most 1 %.
///
/// Requires the feature `metrics`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quantiles {
    /// The number of durations.
    pub count: u64,
    /// 50 % are at most this.
    pub p50: Duration,
    /// 90 % are at most this.
    pub p90: Duration,
    /// 99 % are at most this.
    pub p99: Duration,
    /// 99.9 % are at most this.
    pub p999: Duration,
    /// The longest.
    pub max: Duration,
}

/// Collects durations, in nanoseconds, with the precision of [`Quantiles`].
pub(crate) struct Durations(Histogram<u64>);

/// Significant decimal digits.
const DIGITS: u8 = 2;

impl Default for Durations {
    /// Empty; grows with what is recorded.
    fn default() -> Self {
        Self(Histogram::new(DIGITS).expect("a histogram may have up to five digits"))
    }
}

impl Durations {
    pub(crate) fn record(&mut self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        // Fails if the buckets cannot be addressed (`usize` is too small); nothing depends on it.
        let recorded = self.0.record(nanos);
        debug_assert!(recorded.is_ok(), "{recorded:?}");
    }

    pub(crate) fn add(&mut self, others: &Self) {
        let added = self.0.add(&others.0);
        debug_assert!(added.is_ok(), "{added:?}");
    }

    pub(crate) fn quantiles(&self) -> Quantiles {
        let histogram = &self.0;
        let at = |quantile| Duration::from_nanos(histogram.value_at_quantile(quantile));
        Quantiles {
            count: histogram.len(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: Duration::from_nanos(histogram.max()),
        }
    }
}
