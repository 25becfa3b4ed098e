//! Many at once: maps, streams and files, beside what people write without them. `README.md` says
//! more.

mod files;
mod maps;
mod streams;

use asyncify_benches::markdown;
use asyncify_benches::measure::median;
use asyncify_benches::peers::Settings;
use asyncify_benches::runtime::{Flavor, Runtime};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, io};

const USAGE: &str = "\
usage: many [maps] [streams] [files] [--quick] [--write FILE]

Prints what these cost, or those named, as markdown.

  --quick       one sample of a hundredth of the work: shows that it works, and no more
  --write FILE  put the tables into FILE, between `<!-- many:begin -->` and `<!-- many:end -->`
";

fn main() -> ExitCode {
    let mut scale = Scale { samples: 5, part: 1 };
    let mut write = None;
    let mut named = Vec::new();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), &mut arguments) {
            ("--quick", _) => scale = Scale { samples: 1, part: 100 },
            ("--write", rest) => write = rest.next(),
            ("maps" | "streams" | "files", _) => named.push(argument),
            _ => {
                eprint!("{USAGE}");
                return ExitCode::FAILURE;
            }
        }
    }
    match run(scale, &named, write.as_deref().map(Path::new)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("many: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(scale: Scale, named: &[String], write: Option<&Path>) -> io::Result<()> {
    let wanted = |name: &str| named.is_empty() || named.iter().any(|named| named == name);
    let mut text = String::new();
    for flavor in Flavor::ALL {
        let bench = Bench { runtime: Runtime::new(flavor, Settings::default()), scale };
        let mut tables = Vec::new();
        if wanted("maps") {
            tables.push(maps::tables(&bench));
        }
        if wanted("streams") {
            tables.push(streams::tables(&bench));
        }
        if wanted("files") {
            tables.push(files::tables(&bench)?);
        }
        text += &format!("On tokio's {} runtime:\n\n{}\n", flavor.name(), tables.join("\n"));
    }
    print!("{text}");
    write.map_or(Ok(()), |file| markdown::write(file, "many", &text))
}

/// How much is measured.
#[derive(Clone, Copy)]
struct Scale {
    samples: usize,
    /// One of how many parts of the work is done.
    part: usize,
}

struct Bench {
    runtime: Runtime,
    scale: Scale,
}

/// A way to do the work, and what it took.
struct Way {
    name: &'static str,
    /// Nanoseconds for each of what is counted.
    samples: Vec<f64>,
}

impl Bench {
    fn items(&self, full: usize) -> usize {
        full / self.scale.part
    }

    /// Takes the time of a future that does `count` things.
    fn time<F>(&self, count: usize, future: F) -> f64
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let start = Instant::now();
        self.runtime.run(future);
        each(start.elapsed(), count)
    }
}

fn each(time: Duration, count: usize) -> f64 {
    asyncify_benches::measure::nanoseconds(time) / asyncify_benches::measure::count(count)
}

impl Way {
    fn new(name: &'static str) -> Self {
        Self { name, samples: Vec::new() }
    }

    fn median(&self) -> f64 {
        median(&self.samples)
    }
}

/// A table in which each way is compared with the first.
fn table(title: &str, unit: &str, ways: &[Way], show: impl Fn(f64) -> String) -> String {
    let mut text = format!("| {title} | {unit} | time of ours |\n| --- | --- | --- |\n");
    for way in ways {
        let (median, ours) = (way.median(), ways[0].median());
        text += &format!("| {} | {} | {:.2}x |\n", way.name, show(median), median / ours);
    }
    text
}
