//! Runs the same work on our pool and on the other pools, and prints the tables. `README.md` says
//! more.

use asyncify_benches::alloc::Counting;
use asyncify_benches::results::Results;
use asyncify_benches::row::{Row, Scale};
use asyncify_benches::schedule::{self, Plan, SAMPLE};
use asyncify_benches::{markdown, program, report};
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, io, thread};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const USAGE: &str = "\
usage: compare [ROW ...] [--rounds N] [--quick] [--results FILE] [--write FILE]

Runs all rows, or those named, on our pool and on its peers, and prints the tables as markdown.

  --rounds N    take N samples of each, 5 without it, and show their medians
  --quick       one sample of a twentieth of the work: shows that it works, and no more
  --results FILE
                keep the samples there, for the chart; target/bench/compare.json without it
  --write FILE  put the tables into FILE, between `<!-- compare:begin -->` and `<!-- compare:end -->`
";

struct Options {
    plan: Plan,
    results: PathBuf,
    write: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.as_slice() {
        [first, sample] if first == SAMPLE => schedule::sample(sample),
        _ => match parse(arguments) {
            Ok(Some(options)) => run(&options),
            Ok(None) => {
                print!("{USAGE}");
                print_rows();
                Ok(())
            }
            Err(problem) => Err(io::Error::other(problem)),
        },
    };
    program::end("compare", result)
}

/// `None` asks for help.
fn parse(arguments: Vec<String>) -> Result<Option<Options>, String> {
    let mut rows = Vec::new();
    let mut rounds = None;
    let mut scale = Scale::Full;
    let mut results = Results::path();
    let mut write = None;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--quick" => scale = Scale::Quick,
            "--results" => results = value()?.into(),
            "--write" => write = Some(value()?.into()),
            "--rounds" => {
                let number = value()?.parse().ok().filter(|rounds| *rounds > 0);
                rounds = Some(number.ok_or("--rounds needs a number above 0")?);
            }
            name => {
                let row = Row::named(name);
                rows.push(row.ok_or_else(|| format!("no row `{name}`; see --help"))?);
            }
        }
    }
    if rows.is_empty() {
        rows = Row::all();
    }
    let rounds = rounds.unwrap_or(if scale == Scale::Quick { 1 } else { 5 });
    Ok(Some(Options { plan: Plan { rows, rounds, scale }, results, write }))
}

fn print_rows() {
    println!("rows:");
    for row in Row::all() {
        println!("  {:16} {}", row.name, row.title);
    }
}

fn run(options: &Options) -> io::Result<()> {
    let results = schedule::run(&options.plan, |row, flavor| {
        eprintln!("{} on the {} runtime", row.name, flavor.name());
    })?;
    results.save(&options.results)?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let rounds = options.plan.rounds;
    let tables = report::report(&results);
    let report = format!("Samples of each: {rounds}. Cores: {cores}.\n\n{tables}");
    markdown::publish("compare", &report, options.write.as_deref())
}
