//! The tables.

use crate::claims::{Verdict, judge};
use crate::markdown;
use crate::measure::Metric;
use crate::peers::PeerId;
use crate::results::Results;
use crate::row::Row;
use crate::runtime::Flavor;
use std::fmt::Write as _;
use std::iter;

/// All tables of a run, as markdown.
#[must_use]
pub fn report(results: &Results) -> String {
    let mut text = String::new();
    let verdicts = judge(results);
    if !verdicts.is_empty() {
        text += "### Targets\n\n";
        let columns = ["what", "runtime", "theirs", "ours", "ratio", "target", "met"];
        text += &markdown::table(&columns, verdicts.iter().map(target_row));
        let met = verdicts.iter().filter(|verdict| verdict.met).count();
        let _ = writeln!(text, "\n{met} of {} met.\n", verdicts.len());
    }
    let (chains, rows): (Vec<_>, Vec<_>) = Row::all().into_iter().partition(Row::is_chain);
    for flavor in Flavor::ALL {
        let heading = format!("All peers, {} runtime", flavor.name());
        let rows = rows.iter().flat_map(|row| {
            row.metrics.iter().map(move |metric| {
                let figure = |peer| results.get(row.name, flavor, peer, *metric);
                let show = |peer| figure(peer).map(|figure| metric.show(figure));
                (format!("{}: {}", row.title, metric.name()), PeerId::ALL.map(show))
            })
        });
        text += &table(&heading, "what", PeerId::ALL, rows);
    }
    let elastic = [PeerId::Tokio, PeerId::Smol, PeerId::Asyncify];
    for flavor in Flavor::ALL {
        let heading = format!("Sequential calls, {} runtime: wall (CPU) per call", flavor.name());
        let rows = chains.iter().map(|row| {
            let cell = |peer| {
                let show = |metric: Metric| {
                    results.get(row.name, flavor, peer, metric).map(|figure| metric.show(figure))
                };
                let cpu = show(Metric::Cpu).map_or_else(String::new, |cpu| format!(" ({cpu})"));
                show(Metric::Wall).map(|wall| wall + &cpu)
            };
            (row.title.to_owned(), elastic.map(cell))
        });
        text += &table(&heading, "caller / job", elastic, rows);
    }
    text.trim_end().to_owned() + "\n"
}

fn target_row(verdict: &Verdict) -> [String; 7] {
    let Verdict { row, flavor, metric, theirs, ours, ratio, target, met } = verdict;
    let title = if row.is_chain() { format!("chain: {}", row.title) } else { row.title.to_owned() };
    let runtime = if row.flavors.len() == 1 { "either" } else { flavor.name() };
    let theirs = theirs.map_or_else(String::new, |(peer, figure)| {
        format!("{}: {}", peer.name(), metric.show(figure))
    });
    let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}x"));
    let what = format!("{title}: {}", metric.name());
    let met = if *met { "yes" } else { "**no**" };
    [what, runtime.into(), theirs, metric.show(*ours), ratio, target.clone(), met.into()]
}

/// A table with a column per peer, of the rows that have a figure; empty if there are none.
fn table<const N: usize>(
    heading: &str,
    corner: &str,
    peers: [PeerId; N],
    rows: impl Iterator<Item = (String, [Option<String>; N])>,
) -> String {
    let rows: Vec<_> = rows
        .filter(|(_, cells)| cells.iter().any(Option::is_some))
        .map(|(title, cells)| iter::once(title).chain(cells.map(Option::unwrap_or_default)))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns: Vec<_> = iter::once(corner).chain(peers.map(PeerId::name)).collect();
    format!("### {heading}\n\n{}\n", markdown::table(&columns, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_run_is_shown() {
        let mut results = Results::default();
        for (peer, figure) in [(PeerId::Tokio, 26e3), (PeerId::Asyncify, 0.8e3)] {
            let figures = vec![(Metric::Wall, figure), (Metric::Cpu, figure)];
            results.add("chain-0-0", Flavor::CurrentThread, peer, figures);
        }
        assert_eq!(
            report(&results),
            "\
### Targets

| what               | runtime        | theirs         | ours   | ratio | target       | met |
|--------------------|----------------|----------------|--------|-------|--------------|-----|
| chain: 0 / 0: wall | current-thread | tokio: 26.0 us | 800 ns | 0.03x | at most 1.1x | yes |
| chain: 0 / 0: CPU  | current-thread | tokio: 26.0 us | 800 ns | 0.03x | at most 1.3x | yes |

2 of 2 met.

### Sequential calls, current-thread runtime: wall (CPU) per call

| caller / job | tokio             | blocking | asyncify        |
|--------------|-------------------|----------|-----------------|
| 0 / 0        | 26.0 us (26.0 us) |          | 800 ns (800 ns) |
"
        );
    }
}
