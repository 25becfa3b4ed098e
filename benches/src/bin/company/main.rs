//! Calls in company: how the time of a call spreads, on a quiet machine and on busy ones, beside
//! tokio's pool and `blocking`. `README.md` says more.
//!
//! Each condition is a process of its own, which this binary starts, and which takes all samples of
//! all rows; this one prints the tables.

mod condition;
mod row;
mod spread;

use asyncify_benches::markdown;
use condition::Condition;
use row::Row;
use spread::{Sample, Spread};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::{env, io};

const USAGE: &str = "\
usage: company [CONDITION ...] [--row NAME] [--rounds N] [--write FILE]

Prints how calls spread under all conditions, or those named, as markdown.

  --row NAME    only the rows whose name contains NAME
  --rounds N    take N samples of each, 51 without it
  --write FILE  put the tables into FILE, between `<!-- company:begin -->` and `<!-- company:end -->`

conditions:
";

/// What makes the binary take the samples of one condition.
const SAMPLES: &str = "--samples";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("company: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<ExitCode> {
    let (mut conditions, mut row, mut rounds, mut write) = (Vec::new(), String::new(), 51, None);
    let mut samples = false;
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            SAMPLES => samples = true,
            "--row" => row = arguments.next().unwrap_or_default(),
            "--rounds" => {
                let number = arguments.next().and_then(|number| number.parse().ok());
                rounds = number.ok_or_else(|| io::Error::other("--rounds needs a number"))?;
            }
            "--write" => write = arguments.next(),
            name => match Condition::named(name) {
                Some(condition) => conditions.push(condition),
                None => {
                    eprint!("{USAGE}");
                    for it in Condition::ALL {
                        eprintln!("  {:12} {}", it.name, it.title);
                    }
                    return Ok(ExitCode::FAILURE);
                }
            },
        }
    }
    if samples {
        take(&row, rounds);
        return Ok(ExitCode::SUCCESS);
    }
    if conditions.is_empty() {
        conditions = Condition::ALL.to_vec();
    }
    let arguments = [SAMPLES, "--row", &row, "--rounds", &rounds.to_string()].map(str::to_owned);
    let mut text = String::new();
    for condition in conditions {
        eprintln!("{}", condition.title);
        let table = match condition.run(&arguments)? {
            Ok(output) => table(&output),
            Err(reason) => format!("skipped: {reason}\n"),
        };
        text += &format!("### {}\n\n{table}\n", condition.title);
    }
    markdown::publish("company", &text, write.as_deref().map(Path::new))?;
    Ok(ExitCode::SUCCESS)
}

/// Takes and prints the samples, peers in turns.
fn take(name: &str, rounds: usize) {
    condition::join_group();
    let rows = Row::all().into_iter().filter(|row| row.name().contains(name));
    for row in rows {
        let mut bench = row.prepare();
        for _ in 0..rounds {
            for sample in bench.round() {
                println!("{sample}");
            }
        }
    }
}

/// The spread of each row and peer.
fn table(output: &str) -> String {
    let mut spreads: BTreeMap<(usize, String), Vec<Spread>> = BTreeMap::new();
    for sample in output.lines().filter_map(Sample::parse) {
        let next = spreads.len();
        let key = spreads.keys().find(|(_, row)| *row == sample.row).cloned();
        let spread = spreads.entry(key.unwrap_or((next, sample.row.clone()))).or_default();
        Spread::add(spread, sample);
    }
    let peers = spreads.values().next().into_iter().flatten().map(Spread::peer);
    let columns: Vec<_> =
        ["row"].into_iter().chain(peers).chain(["p50 to the better peer"]).collect();
    let rows = spreads.iter().map(|((_, row), spreads)| {
        let best = |ours| {
            let medians = spreads.iter().filter(|it| it.is_ours() == ours).map(Spread::median);
            medians.fold(f64::INFINITY, f64::min)
        };
        let ratio = format!("{:.2}x", best(true) / best(false));
        let cells = spreads.iter().map(Spread::cell);
        [row.clone()].into_iter().chain(cells).chain([ratio]).collect::<Vec<_>>()
    });
    markdown::table(&columns, rows)
}
