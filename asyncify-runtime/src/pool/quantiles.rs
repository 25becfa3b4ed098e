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

impl Quantiles {
    /// Of nanoseconds.
    pub(super) fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| Duration::from_nanos(histogram.value_at_quantile(quantile));
        Self {
            count: histogram.len(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: Duration::from_nanos(histogram.max()),
        }
    }
}
