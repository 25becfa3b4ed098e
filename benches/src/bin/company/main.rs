//! The distribution of the time of a call on an idle machine and on busy ones, compared with
//! tokio's pool and `blocking`. `README.md` says more.
//!
//! Each condition is a process of its own, which this binary starts, and which takes all samples of
//! all rows; this one prints the tables.

mod condition;
#[cfg(feature = "chart")]
mod drawing;
mod row;
mod spread;

use asyncify_benches::markdown;
use condition::Condition;
use row::Row;
use spread::{Sample, Spread};
use std::path::Path;
use std::process::ExitCode;
use std::{env, io};

const USAGE: &str = "\
usage: company [CONDITION ...] [--row NAME] [--rounds N] [--write FILE] [--draw FILE]

Prints how calls spread under all conditions, or those named, as markdown.

  --row NAME    only the rows whose name contains NAME
  --rounds N    take N samples of each, 51 without it
  --write FILE  put the tables into FILE, between `<!-- company:begin -->` and `<!-- company:end -->`
  --draw FILE   draw the spreads as SVG (feature `chart`)

conditions:
";

/// The argument that makes the binary take the samples of one condition.
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
    let (mut samples, mut draw) = (false, None);
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
            "--draw" => draw = arguments.next(),
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
    let (mut text, mut panels) = (String::new(), Vec::new());
    for condition in conditions {
        eprintln!("{}", condition.title);
        let table = match condition.run(&arguments)? {
            Ok(output) => {
                let rows = spreads(&output);
                let table = table(&rows);
                panels.push((condition.title.to_owned(), rows));
                table
            }
            Err(reason) => format!("skipped: {reason}\n"),
        };
        text += &format!("### {}\n\n{table}\n", condition.title);
    }
    if let Some(path) = draw {
        draw_panels(&panels, Path::new(&path))?;
    }
    markdown::publish("company", &text, write.as_deref().map(Path::new))?;
    Ok(ExitCode::SUCCESS)
}

/// Takes and prints the samples; the peers alternate.
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

#[cfg(feature = "chart")]
fn draw_panels(panels: &[drawing::Panel], path: &Path) -> io::Result<()> {
    drawing::draw(panels, path).map_err(|error| io::Error::other(error.to_string()))
}

#[cfg(not(feature = "chart"))]
fn draw_panels(_: &[(String, Vec<(String, Vec<Spread>)>)], _: &Path) -> io::Result<()> {
    Err(io::Error::other("`--draw` needs the feature `chart`"))
}

/// The spread of each row and peer, in the order of the samples.
fn spreads(output: &str) -> Vec<(String, Vec<Spread>)> {
    let mut rows: Vec<(String, Vec<Spread>)> = Vec::new();
    for sample in output.lines().filter_map(Sample::parse) {
        let position = rows.iter().position(|(row, _)| *row == sample.row);
        let position = position.unwrap_or_else(|| {
            rows.push((sample.row.clone(), Vec::new()));
            rows.len() - 1
        });
        Spread::add(&mut rows[position].1, sample);
    }
    rows
}

fn table(rows: &[(String, Vec<Spread>)]) -> String {
    let peers = rows.iter().flat_map(|(_, spreads)| spreads).map(Spread::peer).take(4);
    let columns: Vec<_> =
        ["row"].into_iter().chain(peers).chain(["p50 to the better peer", "CPU"]).collect();
    let rows = rows.iter().map(|(row, spreads)| {
        let ratio = |figure: fn(&Spread) -> f64| {
            let best = |ours| {
                let figures = spreads.iter().filter(|it| it.is_ours() == ours).map(figure);
                figures.fold(f64::INFINITY, f64::min)
            };
            format!("{:.2}x", best(true) / best(false))
        };
        let cells = spreads.iter().map(Spread::cell);
        let ratios = [ratio(|it| it.quantile(0.5)), ratio(Spread::cpu)];
        [row.clone()].into_iter().chain(cells).chain(ratios).collect::<Vec<_>>()
    });
    markdown::table(&columns, rows)
}
