//! Figures, and a stopwatch for the most common ones.

use crate::{alloc, system};
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// The kinds of figures. Times are in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum Metric {
    /// Wall time per job.
    Wall,
    /// CPU time of the whole process per job.
    Cpu,
    /// Median of the time from a call to its result.
    RoundTrip,
    /// Mean cost of the submitting call.
    SubmitMean,
    /// 99th percentile of the cost of the submitting call.
    SubmitP99,
    /// Time until all jobs were done.
    Done,
    /// Allocations per job.
    Allocations,
    /// Heap in use per queued job, in bytes.
    Bytes,
    /// The cost of a submission with ten times the jobs, relative to that with few.
    Growth,
    /// Threads that the pool has.
    Threads,
    /// Context switches of the pool's threads.
    Switches,
}

impl Metric {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wall => "wall",
            Self::Cpu => "CPU",
            Self::RoundTrip => "round trip p50",
            Self::SubmitMean => "submit mean",
            Self::SubmitP99 => "submit p99",
            Self::Done => "all done",
            Self::Allocations => "allocations",
            Self::Bytes => "bytes",
            Self::Growth => "growth",
            Self::Threads => "threads",
            Self::Switches => "context switches",
        }
    }

    /// Formats a figure.
    #[must_use]
    pub fn show(self, figure: f64) -> String {
        match self {
            Self::Threads | Self::Switches | Self::Bytes => format!("{figure:.0}"),
            Self::Growth => format!("{figure:.2}x"),
            Self::Allocations => format!("{figure:.1}"),
            _ => show_time(figure),
        }
    }
}

fn show_time(nanoseconds: f64) -> String {
    let (figure, unit) = match nanoseconds {
        ..1e3 => (nanoseconds, "ns"),
        ..1e6 => (nanoseconds / 1e3, "us"),
        ..1e9 => (nanoseconds / 1e6, "ms"),
        _ => (nanoseconds / 1e9, "s"),
    };
    match figure {
        ..10.0 => format!("{figure:.2} {unit}"),
        ..100.0 => format!("{figure:.1} {unit}"),
        _ => format!("{figure:.0} {unit}"),
    }
}

/// The figures of one sample of a row.
pub type Figures = Vec<(Metric, f64)>;

/// Wall and CPU time since it was started, and allocations where they are counted.
#[derive(Debug)]
pub struct Stopwatch {
    wall: Instant,
    cpu: Option<Duration>,
    allocations: Option<u64>,
}

impl Stopwatch {
    /// Starts.
    #[must_use]
    pub fn start() -> Self {
        Self { allocations: allocations(), cpu: system::process_cpu(), wall: Instant::now() }
    }

    /// The wall time so far, in nanoseconds.
    #[must_use]
    pub fn elapsed(&self) -> f64 {
        nanoseconds(self.wall.elapsed())
    }

    /// All figures, divided by the number of jobs.
    #[must_use]
    pub fn stop(self, jobs: usize) -> Figures {
        let wall = self.elapsed();
        let cpu = self.cpu.zip(system::process_cpu());
        let cpu = cpu.map(|(start, end)| nanoseconds(end.saturating_sub(start)));
        let allocations = self
            .allocations
            .zip(allocations())
            .and_then(|(start, end)| Some(count(usize::try_from(end - start).ok()?)));
        [(Metric::Wall, Some(wall)), (Metric::Cpu, cpu), (Metric::Allocations, allocations)]
            .into_iter()
            .filter_map(|(metric, total)| Some((metric, total? / count(jobs))))
            .collect()
    }
}

fn allocations() -> Option<u64> {
    alloc::so_far().map(|counts| counts.allocations)
}

/// A duration as a figure.
#[must_use]
pub fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// A number of things as a figure.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub fn count(things: usize) -> f64 {
    things as f64
}

/// Many times, three digits each.
#[derive(Debug)]
pub struct Times(Histogram<u64>);

impl Times {
    /// None yet.
    ///
    /// # Panics
    ///
    /// Never: the bounds are some that the histogram can keep.
    #[must_use]
    pub fn new() -> Self {
        // Up to a minute, so that nothing is allocated while times are taken.
        Self(Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("the bounds are valid"))
    }

    /// Adds one.
    pub fn record(&mut self, time: Duration) {
        self.0.saturating_record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// The mean, in nanoseconds.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.0.mean()
    }

    /// The time at this quantile, in nanoseconds.
    #[must_use]
    pub fn quantile(&self, part: f64) -> f64 {
        nanoseconds(Duration::from_nanos(self.0.value_at_quantile(part)))
    }
}

impl Default for Times {
    fn default() -> Self {
        Self::new()
    }
}

/// The median; of an even number of values, the mean of the two in the middle.
///
/// # Panics
///
/// If there are no values.
#[must_use]
pub fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]).total_cmp(&2.0), std::cmp::Ordering::Equal);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]).total_cmp(&2.5), std::cmp::Ordering::Equal);
    }

    #[test]
    fn times_keep_three_digits() {
        let mut times = Times::new();
        (1..=1000).for_each(|micros| times.record(Duration::from_micros(micros)));
        let near = |figure: f64, expected: f64| (figure / expected - 1.0).abs() < 0.001;
        assert!(near(times.mean(), 500.5e3), "{}", times.mean());
        assert!(near(times.quantile(0.99), 990e3), "{}", times.quantile(0.99));
    }

    #[test]
    fn times_are_shown_in_their_unit() {
        assert_eq!(show_time(7.5), "7.50 ns");
        assert_eq!(show_time(13_400.0), "13.4 us");
        assert_eq!(show_time(250e6), "250 ms");
    }
}
