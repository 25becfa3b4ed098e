//! The targets of the pool, compared with the figures.

use crate::measure::Metric;
use crate::peers::PeerId;
use crate::results::Results;
use crate::row::{CHAINS, Row};
use crate::runtime::Flavor;

/// A target for a figure of a row, on each of its runtimes.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    row: &'static str,
    metric: Metric,
    bound: Bound,
}

#[derive(Clone, Copy, Debug)]
enum Bound {
    /// Our figure is at most the peer's, divided by this factor.
    Beats(PeerId, f64),
    /// Our figure is at most the peer's, multiplied by this factor.
    Within(PeerId, f64),
    /// As `Within`, compared with the one of tokio and `blocking` that takes less wall time.
    WithinBetter(f64),
    /// Our figure is at most this.
    AtMost(f64),
}

/// A target and the figures, for one runtime.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The row.
    pub row: Row,
    /// The runtime.
    pub flavor: Flavor,
    /// The figure.
    pub metric: Metric,
    /// The peer, and its figure.
    pub theirs: Option<(PeerId, f64)>,
    /// Our figure.
    pub ours: f64,
    /// Their figure over ours, or ours over theirs, as the target says.
    pub ratio: Option<f64>,
    /// The target, as text.
    pub target: String,
    /// Whether the target is met.
    pub met: bool,
}

const fn beats(row: &'static str, metric: Metric, peer: PeerId, times: f64) -> Claim {
    Claim { row, metric, bound: Bound::Beats(peer, times) }
}

const fn within(row: &'static str, metric: Metric, peer: PeerId, times: f64) -> Claim {
    Claim { row, metric, bound: Bound::Within(peer, times) }
}

const fn at_most(row: &'static str, metric: Metric, figure: f64) -> Claim {
    Claim { row, metric, bound: Bound::AtMost(figure) }
}

const CLAIMS: &[Claim] = &[
    beats("together", Metric::Wall, PeerId::Tokio, 20.0),
    beats("together", Metric::Cpu, PeerId::Tokio, 15.0),
    beats("together", Metric::Wall, PeerId::Smol, 10.0),
    within("together", Metric::Wall, PeerId::Floor, 6.0),
    beats("tasks", Metric::Wall, PeerId::Tokio, 3.5),
    beats("batches", Metric::Wall, PeerId::Tokio, 3.5),
    beats("submitters-8", Metric::Wall, PeerId::Tokio, 2.5),
    beats("submitters-8", Metric::Cpu, PeerId::Tokio, 2.5),
    beats("submitters-64", Metric::Wall, PeerId::Tokio, 3.0),
    beats("submitters-64", Metric::Wall, PeerId::Smol, 1.5),
    beats("round-trip", Metric::RoundTrip, PeerId::Tokio, 5.0),
    beats("round-trip", Metric::RoundTrip, PeerId::Smol, 5.0),
    beats("round-trip", Metric::Cpu, PeerId::Tokio, 2.0),
    beats("round-trip", Metric::Cpu, PeerId::Smol, 2.0),
    within("chain-pinned", Metric::Wall, PeerId::Tokio, 1.0),
    beats("burst", Metric::SubmitMean, PeerId::Tokio, 75.0),
    beats("burst", Metric::SubmitP99, PeerId::Tokio, 100.0),
    within("burst", Metric::Done, PeerId::Tokio, 1.0),
    within("burst", Metric::Done, PeerId::Smol, 1.0),
    at_most("trickle", Metric::Threads, 3.0),
    at_most("idle", Metric::Switches, 0.0),
    beats("queued", Metric::Bytes, PeerId::Tokio, 2.0),
    // Linear: with ten times the jobs only page faults and cache misses add to the cost.
    at_most("queued", Metric::Growth, 1.5),
    within("sleepers", Metric::Done, PeerId::Tokio, 1.0),
    within("sleepers", Metric::Done, PeerId::Smol, 1.0),
    within("computers", Metric::Wall, PeerId::Tokio, 1.0),
    within("computers", Metric::Wall, PeerId::Smol, 1.0),
];

/// Compares every target with its figures, if there are any.
#[must_use]
pub fn judge(results: &Results) -> Vec<Verdict> {
    let chains = CHAINS.iter().flat_map(|chain| {
        [(Metric::Wall, 1.1), (Metric::Cpu, 1.3)].map(|(metric, times)| Claim {
            row: chain.name(),
            metric,
            bound: Bound::WithinBetter(times),
        })
    });
    CLAIMS
        .iter()
        .copied()
        .chain(chains)
        .flat_map(|claim| Flavor::ALL.map(|flavor| verdict(claim, flavor, results)))
        .flatten()
        .collect()
}

fn verdict(claim: Claim, flavor: Flavor, results: &Results) -> Option<Verdict> {
    let figure = |peer, metric| results.get(claim.row, flavor, peer, metric);
    let against = |peer| Some((peer, figure(peer, claim.metric)?));
    let ours = figure(PeerId::Asyncify, claim.metric)?;
    let (theirs, ratio, target, met) = match claim.bound {
        Bound::Beats(peer, times) => {
            let theirs = against(peer)?;
            let ratio = theirs.1 / ours;
            (Some(theirs), Some(ratio), format!("at least {times}x"), ratio >= times)
        }
        Bound::Within(peer, times) => compare(against(peer)?, ours, times),
        Bound::WithinBetter(times) => {
            let wall = |peer: &PeerId| figure(*peer, Metric::Wall);
            let better = [PeerId::Tokio, PeerId::Smol]
                .into_iter()
                .filter(|peer| wall(peer).is_some())
                .min_by(|a, b| wall(a).partial_cmp(&wall(b)).expect("times are numbers"))?;
            compare(against(better)?, ours, times)
        }
        Bound::AtMost(most) => {
            (None, None, format!("at most {}", claim.metric.show(most)), ours <= most)
        }
    };
    let row = Row::named(claim.row)?;
    Some(Verdict { row, flavor, metric: claim.metric, theirs, ours, ratio, target, met })
}

type Comparison = (Option<(PeerId, f64)>, Option<f64>, String, bool);

/// Whether our figure is at most the peer's, multiplied by the factor.
fn compare(theirs: (PeerId, f64), ours: f64, times: f64) -> Comparison {
    let ratio = ours / theirs.1;
    (Some(theirs), Some(ratio), format!("at most {times}x"), ratio <= times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_name_rows_that_have_the_figure() {
        for claim in CLAIMS {
            let row = Row::named(claim.row).unwrap();
            assert!(row.metrics.contains(&claim.metric), "{claim:?}");
            if let Bound::Beats(peer, _) | Bound::Within(peer, _) = claim.bound {
                assert!(row.peers.contains(&peer), "{claim:?}");
            }
        }
    }

    #[test]
    fn the_ratio_follows_the_target() {
        let mut results = Results::default();
        let mut add = |peer, figure| {
            results.add("together", Flavor::MultiThread, peer, vec![(Metric::Wall, figure)]);
        };
        add(PeerId::Tokio, 210.0);
        add(PeerId::Smol, 90.0);
        add(PeerId::Floor, 2.0);
        add(PeerId::Asyncify, 10.0);
        let verdicts: Vec<_> =
            judge(&results).into_iter().map(|verdict| (verdict.ratio, verdict.met)).collect();
        assert_eq!(verdicts, [(Some(21.0), true), (Some(9.0), false), (Some(5.0), true)]);
    }
}
