//! `asyncify-fs`, `tokio::fs` and `async-fs`, in turns on the same files, and `std` on threads.
//! `README.md` says more.

mod crates;
mod rows;
mod slow;

use self::crates::CRATES;
use self::rows::Row;
use asyncify_benches::peers::Settings;
use asyncify_benches::runtime::{Flavor, Runtime};
use asyncify_benches::{markdown, measure, program, system};
use futures::future::join_all;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

const USAGE: &str = "\
usage: files [small] [directories] [medium] [large] [random] [slow] [--quick] [--busy] [--rounds N] [--write FILE]

Prints what files cost by each crate, or the groups of rows that are named, as markdown.

  --quick       one sample of a hundredth of the work: shows that it works, and no more
  --busy        beside a busy loop on each core
  --rounds N    samples of each row and crate, 5 otherwise
  --write FILE  put the tables into FILE, between `<!-- files:begin -->` and `<!-- files:end -->`

The files are in ASYNCIFY_BENCH_DIR, or the folder for temporary files.
";

fn main() -> ExitCode {
    program::end("files", run())
}

struct Options {
    groups: Vec<String>,
    samples: usize,
    part: usize,
    busy: bool,
    write: Option<PathBuf>,
}

impl Options {
    fn parse() -> io::Result<Self> {
        let mut options =
            Self { groups: Vec::new(), samples: 5, part: 1, busy: false, write: None };
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => (options.samples, options.part) = (1, 100),
                "--busy" => options.busy = true,
                "--rounds" => {
                    let rounds = arguments.next().and_then(|rounds| rounds.parse().ok());
                    options.samples = rounds.ok_or_else(|| io::Error::other(USAGE))?;
                }
                "--write" => options.write = arguments.next().map(PathBuf::from),
                "small" | "directories" | "medium" | "large" | "random" | "slow" => {
                    options.groups.push(argument);
                }
                _ => return Err(io::Error::other(USAGE)),
            }
        }
        Ok(options)
    }

    fn has(&self, group: &str) -> bool {
        self.groups.is_empty() || self.groups.iter().any(|named| named == group)
    }
}

fn run() -> io::Result<()> {
    let options = Options::parse()?;
    let _burners = options.busy.then(Burners::start).transpose()?;
    let mut text = String::new();
    for flavor in Flavor::ALL {
        let runtime = Runtime::new(flavor, Settings::default());
        let mut lines = Vec::new();
        for row in rows::all().iter().filter(|row| options.has(row.group)) {
            let folder = Folder::new()?;
            row.prepare(&folder.0)?;
            lines.push(sample(&runtime, row, &folder.0, &options));
        }
        text += &format!("On tokio's {} runtime:\n\n", flavor.name());
        if !lines.is_empty() {
            let [ours, tokio, async_fs] = CRATES.map(|of| of.name);
            let columns = ["us, and CPU us", "tasks", ours, tokio, async_fs, "std, on threads"];
            text += &markdown::table(&columns, lines);
            text += "\n";
        }
        if options.has("slow") {
            text += &slow::table(&runtime, &Folder::new()?.0)?;
            text += "\n";
        }
    }
    markdown::publish("files", &text, options.write.as_deref())
}

/// The times and CPU times of each way, in microseconds.
#[derive(Default)]
struct Samples {
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

impl Samples {
    /// Measures `work`, which has this number of rounds.
    fn take(&mut self, rounds: usize, work: impl FnOnce()) {
        let (start, cpu) = (Instant::now(), system::process_cpu());
        work();
        let wall = start.elapsed();
        let cpu = cpu.zip(system::process_cpu()).map(|(start, end)| end.saturating_sub(start));
        let each = |time: Duration| measure::nanoseconds(time) / 1e3 / measure::count(rounds);
        self.wall.push(each(wall));
        self.cpu.push(each(cpu.unwrap_or_default()));
    }
}

/// The line of a row: each crate's time, CPU time, and both compared with ours.
fn sample(runtime: &Runtime, row: &Row, folder: &Path, options: &Options) -> Vec<String> {
    let (jobs, rounds) = row.jobs(folder, options.part);
    let of_std = || {
        thread::scope(|scope| {
            for job in &jobs {
                scope.spawn(|| (row.of_std)(job));
            }
        });
    };
    // Not measured: creates the files that are written, and fills caches.
    of_std();
    let ways = CRATES.len() + 1;
    let mut samples: Vec<Samples> = (0..ways).map(|_| Samples::default()).collect();
    // Another one is the first in each turn.
    for turn in 0..options.samples {
        for index in (0..ways).map(|way| (turn + way) % ways) {
            let samples = &mut samples[index];
            let Some(of) = CRATES.get(index) else {
                samples.take(rounds, of_std);
                continue;
            };
            let (work, jobs) = ((row.work)(of), jobs.clone());
            samples.take(rounds, || {
                runtime.run(async move {
                    let tasks = jobs.into_iter().map(|job| tokio::spawn(work(job)));
                    join_all(tasks).await.into_iter().for_each(|task| task.expect("no panic"));
                });
            });
        }
    }
    let median = |of: &Samples| (measure::median(&of.wall), measure::median(&of.cpu));
    let ours = median(&samples[0]);
    let cells = samples.iter().enumerate().map(|(index, of)| {
        let (wall, cpu) = median(of);
        if index == 0 {
            format!("{wall:.1}, {cpu:.1}")
        } else {
            format!("{wall:.1}, {cpu:.1} ({:.2}x, {:.2}x)", wall / ours.0, cpu / ours.1)
        }
    });
    [row.title.to_owned(), row.width.to_string()].into_iter().chain(cells).collect()
}

/// A folder that is removed when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let parent = env::var_os("ASYNCIFY_BENCH_DIR").map_or_else(env::temp_dir, PathBuf::from);
        let folder = parent.join(format!("asyncify-files-{}", std::process::id()));
        fs::create_dir(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// A busy process for each core, whose CPU time is not ours.
struct Burners(Vec<Child>);

impl Burners {
    fn start() -> io::Result<Self> {
        let cores = thread::available_parallelism()?.get();
        let burner = |_| Command::new("sh").args(["-c", "while :; do :; done"]).spawn();
        (0..cores).map(burner).collect::<io::Result<_>>().map(Self)
    }
}

impl Drop for Burners {
    fn drop(&mut self) {
        for burner in &mut self.0 {
            _ = burner.kill();
            _ = burner.wait();
        }
    }
}
