//! The tables.

use crate::claims::{Verdict, judge};
use crate::measure::Metric;
use crate::peers::PeerId;
use crate::results::Results;
use crate::row::Row;
use crate::runtime::Flavor;
use std::fmt::Write as _;

/// Everything there is to say about a run, as markdown.
#[must_use]
pub fn report(results: &Results) -> String {
    let mut text = String::new();
    let verdicts = judge(results);
    if !verdicts.is_empty() {
        text += "### Targets\n\n";
        text += "| what | runtime | theirs | ours | ratio | target | met |\n";
        text += "| --- | --- | --- | --- | --- | --- | --- |\n";
        text.extend(verdicts.iter().map(target_line));
        let met = verdicts.iter().filter(|verdict| verdict.met).count();
        let _ = writeln!(text, "\n{met} of {} met.\n", verdicts.len());
    }
    let (chains, rows): (Vec<_>, Vec<_>) = Row::all().into_iter().partition(Row::is_chain);
    for flavor in Flavor::ALL {
        let heading = format!("### All peers, {} runtime", flavor.name());
        text +=
            &table(&heading, "what", &rows, &PeerId::ALL, |row| row_lines(*row, flavor, results));
    }
    let elastic = [PeerId::Tokio, PeerId::Smol, PeerId::Asyncify];
    for flavor in Flavor::ALL {
        let heading =
            format!("### One call after the other, {} runtime: wall (CPU) a call", flavor.name());
        text += &table(&heading, "caller / job", &chains, &elastic, |row| {
            chain_line(*row, flavor, &elastic, results)
        });
    }
    text.trim_end().to_owned() + "\n"
}

fn target_line(verdict: &Verdict) -> String {
    let Verdict { row, flavor, metric, theirs, ours, ratio, target, met } = verdict;
    let title = if row.is_chain() { format!("chain: {}", row.title) } else { row.title.to_owned() };
    let runtime = if row.flavors.len() == 1 { "either" } else { flavor.name() };
    let theirs = theirs.map_or_else(String::new, |(peer, figure)| {
        format!("{}: {}", peer.name(), metric.show(figure))
    });
    let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}x"));
    let (ours, met) = (metric.show(*ours), if *met { "yes" } else { "**no**" });
    let metric = metric.name();
    format!("| {title}: {metric} | {runtime} | {theirs} | {ours} | {ratio} | {target} | {met} |\n")
}

/// A table with a column a peer, or nothing if it would have no line.
fn table(
    heading: &str,
    corner: &str,
    rows: &[Row],
    peers: &[PeerId],
    lines: impl Fn(&Row) -> String,
) -> String {
    let body: String = rows.iter().map(lines).collect();
    if body.is_empty() {
        return body;
    }
    let names: Vec<_> = peers.iter().map(|peer| peer.name()).collect();
    let rule = " --- |".repeat(names.len() + 1);
    format!("{heading}\n\n| {corner} | {} |\n|{rule}\n{body}\n", names.join(" | "))
}

/// A line for each figure of the row.
fn row_lines(row: Row, flavor: Flavor, results: &Results) -> String {
    row.metrics
        .iter()
        .filter_map(|metric| {
            let cells = PeerId::ALL.map(|peer| {
                results.get(row.name, flavor, peer, *metric).map(|figure| metric.show(figure))
            });
            line(&format!("{}: {}", row.title, metric.name()), &cells)
        })
        .collect()
}

fn chain_line(row: Row, flavor: Flavor, peers: &[PeerId], results: &Results) -> String {
    let cells: Vec<_> = peers
        .iter()
        .map(|peer| {
            let show = |metric: Metric| {
                results.get(row.name, flavor, *peer, metric).map(|figure| metric.show(figure))
            };
            let wall = show(Metric::Wall)?;
            Some(show(Metric::Cpu).map_or_else(|| wall.clone(), |cpu| format!("{wall} ({cpu})")))
        })
        .collect();
    line(row.title, &cells).unwrap_or_default()
}

/// A line of the table, unless it would be empty.
fn line(title: &str, cells: &[Option<String>]) -> Option<String> {
    cells.iter().any(Option::is_some).then(|| {
        let cells: Vec<_> = cells.iter().map(|cell| cell.as_deref().unwrap_or("")).collect();
        format!("| {title} | {} |\n", cells.join(" | "))
    })
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

| what | runtime | theirs | ours | ratio | target | met |
| --- | --- | --- | --- | --- | --- | --- |
| chain: 0 / 0: wall | current-thread | tokio: 26.0 us | 800 ns | 0.03x | at most 1.1x | yes |
| chain: 0 / 0: CPU | current-thread | tokio: 26.0 us | 800 ns | 0.03x | at most 1.3x | yes |

2 of 2 met.

### One call after the other, current-thread runtime: wall (CPU) a call

| caller / job | tokio | blocking | asyncify |
| --- | --- | --- | --- |
| 0 / 0 | 26.0 us (26.0 us) |  | 800 ns (800 ns) |
"
        );
    }
}
