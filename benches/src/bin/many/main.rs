//! Maps, streams, files and values of one thread, compared with the usual code without them.
//! `README.md` says more.

mod bound;
mod files;
mod items;
mod maps;
mod readers;
mod streams;

use asyncify_benches::markdown;
use asyncify_benches::peers::Settings;
use asyncify_benches::program;
use asyncify_benches::runtime::{Flavor, Runtime};
use asyncify_benches::turns::{Sample, Way, beside_first, take};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, io};

const USAGE: &str = "\
usage: many [maps] [streams] [items] [files] [readers] [bound] [--quick] [--write FILE]

Prints what these cost, or those named, as markdown.

  --quick       one sample of a hundredth of the work: shows that it works, and no more
  --write FILE  put the tables into FILE, between `<!-- many:begin -->` and `<!-- many:end -->`;
                items and readers have marks of their own
";

fn main() -> ExitCode {
    program::end("many", run())
}

fn run() -> io::Result<()> {
    let mut scale = Scale { samples: 5, part: 1 };
    let mut write = None;
    let mut named = Vec::new();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), &mut arguments) {
            ("--quick", _) => scale = Scale { samples: 1, part: 100 },
            ("--write", rest) => write = rest.next(),
            ("maps" | "streams" | "items" | "files" | "readers" | "bound", _) => {
                named.push(argument);
            }
            _ => return Err(io::Error::other(USAGE)),
        }
    }
    let wanted = |name: &str| named.is_empty() || named.iter().any(|named| named == name);
    let (mut text, mut items, mut of_readers) = (String::new(), String::new(), String::new());
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
        if wanted("bound") {
            tables.push(bound::tables(&bench)?);
        }
        let heading = format!("On tokio's {} runtime:\n\n", flavor.name());
        if !tables.is_empty() {
            text += &format!("{heading}{}\n", tables.join("\n"));
        }
        if wanted("items") {
            items += &format!("{heading}{}\n", items::table(&bench));
        }
        if wanted("readers") {
            of_readers += &format!("{heading}{}\n", readers::tables(&bench)?);
        }
    }
    let sections = [("many", text), ("items", items), ("readers", of_readers)];
    for (name, text) in sections.iter().filter(|(_, text)| !text.is_empty()) {
        markdown::publish(name, text, write.as_deref().map(Path::new))?;
    }
    Ok(())
}

/// The amount of work.
#[derive(Clone, Copy)]
struct Scale {
    samples: usize,
    /// The work is divided by this.
    part: usize,
}

struct Bench {
    runtime: Runtime,
    scale: Scale,
}

impl Bench {
    fn items(&self, full: usize) -> usize {
        full / self.scale.part
    }

    /// Times futures that process `count` items.
    fn time<'a, F>(&'a self, count: usize, mut future: impl FnMut() -> F + 'a) -> Sample<'a>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Box::new(move || {
            let future = future();
            let start = Instant::now();
            self.runtime.run(future);
            each(start.elapsed(), count)
        })
    }

    /// A table in which each alternative is compared with the first, which is ours.
    fn table<const N: usize>(
        &self,
        title: &str,
        unit: &str,
        ways: [(&str, Sample<'_>); N],
        show: impl Fn(f64) -> String,
    ) -> String {
        table(title, unit, &take(self.scale.samples, ways), show)
    }
}

fn each(time: Duration, count: usize) -> f64 {
    asyncify_benches::measure::nanoseconds(time) / asyncify_benches::measure::count(count)
}

fn table(title: &str, unit: &str, ways: &[Way<'_>], show: impl Fn(f64) -> String) -> String {
    beside_first([title, unit, "relative time"], ways, show)
}
