//! Distributions of durations, as metrics tell them.

use hdrhistogram::Histogram;
use std::time::Duration;

/// How durations are distributed: half of them are at most `p50`, and so on, give or take 1 %.
///
/// Only with the feature `metrics`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quantiles {
    /// How many there were.
    pub count: u64,
    /// 50 % are no longer.
    pub p50: Duration,
    /// 90 % are no longer.
    pub p90: Duration,
    /// 99 % are no longer.
    pub p99: Duration,
    /// 99.9 % are no longer.
    pub p999: Duration,
    /// The longest of all.
    pub max: Duration,
}

/// Durations, as they are collected: in nanoseconds, and as closely as [`Quantiles`] tell them.
pub(crate) struct Durations(Histogram<u64>);

/// Decimal digits that are told apart.
const DIGITS: u8 = 2;

impl Default for Durations {
    /// None; grows with what it is given.
    fn default() -> Self {
        Self(Histogram::new(DIGITS).expect("a histogram may have up to five digits"))
    }
}

impl Durations {
    pub(crate) fn record(&mut self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        // Fails where so many buckets as this takes cannot be addressed; nothing depends on it.
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
