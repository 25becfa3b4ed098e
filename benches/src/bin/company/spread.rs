//! Samples, and their distribution.

use asyncify_benches::measure::Metric;
use std::fmt;

/// One sample: wall and CPU time in nanoseconds.
pub(crate) struct Sample {
    pub(crate) row: String,
    pub(crate) peer: String,
    pub(crate) time: f64,
    pub(crate) cpu: f64,
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\t{}\t{}\t{}", self.row, self.peer, self.time, self.cpu)
    }
}

impl Sample {
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split('\t');
        let (row, peer) = (fields.next()?.to_owned(), fields.next()?.to_owned());
        let (time, cpu) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        Some(Self { row, peer, time, cpu })
    }
}

/// All samples of one peer in a row.
pub(crate) struct Spread {
    peer: String,
    times: Vec<f64>,
    cpu: Vec<f64>,
}

impl Spread {
    /// Adds a sample to the distribution of its peer.
    pub(crate) fn add(spreads: &mut Vec<Self>, sample: Sample) {
        let position = spreads.iter().position(|spread| spread.peer == sample.peer);
        let position = position.unwrap_or_else(|| {
            spreads.push(Self { peer: sample.peer, times: Vec::new(), cpu: Vec::new() });
            spreads.len() - 1
        });
        spreads[position].times.push(sample.time);
        spreads[position].cpu.push(sample.cpu);
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.peer.starts_with("asyncify")
    }

    /// The time that this part of the samples stays below.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        quantile(&self.times, part)
    }

    /// The median CPU time.
    pub(crate) fn cpu(&self) -> f64 {
        quantile(&self.cpu, 0.5)
    }

    pub(crate) fn peer(&self) -> &str {
        &self.peer
    }

    /// p10, p50, p90 and the maximum; and CPU time at p50.
    pub(crate) fn cell(&self) -> String {
        let show = |figure| Metric::Wall.show(figure);
        let times = [0.1, 0.5, 0.9, 1.0].map(|part| show(self.quantile(part)));
        format!("{} ({})", times.join(" / "), show(self.cpu()))
    }
}

/// The sample at this quantile.
fn quantile(samples: &[f64], part: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = ((sorted.len() - 1) as f64 * part).round() as usize;
    sorted[index]
}
