//! The compile time of annotated functions, compared with the same functions written by hand with
//! tokio's `spawn_blocking`. `README.md` says more.

use asyncify_benches::markdown;
use asyncify_benches::measure::median;
use asyncify_benches::program;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;
use std::{env, fs, io};

const USAGE: &str = "\
usage: compile_time [--functions N] [--rounds N] [--write FILE]

Generates a crate of annotated functions and one of the same functions written by hand, and times
`cargo check` and `cargo build` of each alone, in turns; dependencies are built before.

  --functions N  so many functions, 500 without it
  --rounds N     the median of so many, 5 without it
  --write FILE   put the table into FILE, between the marks `compile-time:begin` and `-:end`
";

struct Options {
    functions: usize,
    rounds: usize,
    write: Option<PathBuf>,
}

fn main() -> ExitCode {
    let result = match parse(env::args().skip(1)) {
        Ok(Some(options)) => run(&options),
        Ok(None) => {
            print!("{USAGE}");
            Ok(())
        }
        Err(problem) => Err(io::Error::other(problem)),
    };
    program::end("compile_time", result)
}

/// `None` asks for help.
fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options { functions: 500, rounds: 5, write: None };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        let number = |text: String| match text.parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(format!("not a number above 0: {text}")),
        };
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--functions" => options.functions = number(value()?)?,
            "--rounds" => options.rounds = number(value()?)?,
            "--write" => options.write = Some(value()?.into()),
            other => return Err(format!("unknown argument {other}; see --help")),
        }
    }
    Ok(Some(options))
}

fn run(options: &Options) -> io::Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let folder = workspace.join("target/bench/compile-time");
    let manual = Scratch::generate(&folder, "by-hand", Style::ByHand, &workspace, options)?;
    let ours = Scratch::generate(&folder, "annotated", Style::Annotated, &workspace, options)?;
    // Builds the dependencies; not counted.
    for scratch in [&manual, &ours] {
        scratch.time("check")?;
        scratch.time("build")?;
    }
    let mut times = [(); 4].map(|()| Vec::new());
    for _ in 0..options.rounds {
        let ways = [(&manual, "check"), (&manual, "build"), (&ours, "check"), (&ours, "build")];
        for (times, (scratch, command)) in times.iter_mut().zip(ways) {
            let seconds = scratch.time(command)?;
            eprintln!("{command} {}: {seconds:.2} s", scratch.name);
            times.push(seconds);
        }
    }
    let [manual_check, manual_build, check, build] = times.map(|seconds| median(&seconds));
    let together = (manual_check + manual_build, check + build);
    let table = markdown::table(
        &[
            &format!("{} functions", options.functions),
            "by hand",
            "annotated",
            "ratio",
            "target",
            "met",
        ],
        [
            row("`cargo check`", (manual_check, check), Some(1.6)),
            row("`cargo build`", (manual_build, build), None),
            row("together", together, Some(1.0)),
        ],
    );
    markdown::publish("compile-time", &table, options.write.as_deref())
}

fn row(what: &str, (manual, ours): (f64, f64), target: Option<f64>) -> [String; 6] {
    let ratio = ours / manual;
    let limit = target.map_or_else(String::new, |target| format!("at most {target:.1}x"));
    let met = match target {
        Some(target) if ratio <= target => "yes",
        Some(_) => "**no**",
        None => "",
    };
    let [manual, ours] = [manual, ours].map(|seconds| format!("{seconds:.2} s"));
    [what.into(), manual, ours, format!("{ratio:.2}x"), limit, met.into()]
}

#[derive(Clone, Copy)]
enum Style {
    ByHand,
    Annotated,
}

/// A crate that only exists to be compiled.
struct Scratch {
    name: &'static str,
    folder: PathBuf,
}

impl Scratch {
    fn generate(
        folder: &Path,
        name: &'static str,
        style: Style,
        workspace: &Path,
        options: &Options,
    ) -> io::Result<Self> {
        let folder = folder.join(name);
        fs::create_dir_all(folder.join("src"))?;
        let dependency = match style {
            Style::ByHand => "tokio = { version = \"1\", features = [\"rt\"] }".to_owned(),
            Style::Annotated => {
                let path = workspace.join("asyncify-runtime");
                format!("asyncify-runtime = {{ path = '{}' }}", path.display())
            }
        };
        let manifest = format!(
            "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependency}\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        // The versions that everything else here is measured with.
        fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        fs::write(folder.join("src/lib.rs"), source(style, options.functions))?;
        Ok(Self { name, folder })
    }

    /// The seconds that a command takes for this crate, with all of its functions changed.
    fn time(&self, command: &str) -> io::Result<f64> {
        let source = self.folder.join("src/lib.rs");
        fs::write(&source, fs::read(&source)?)?;
        let start = Instant::now();
        let output = Command::new(env!("CARGO"))
            .args([command, "--quiet", "--manifest-path"])
            .arg(self.folder.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(self.folder.join("target"))
            // Every function is compiled again, as on the first build or in CI.
            .env("CARGO_INCREMENTAL", "0")
            .output()?;
        if output.status.success() {
            return Ok(start.elapsed().as_secs_f64());
        }
        let problem = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!("cargo {command} of {}: {problem}", self.name)))
    }
}

/// A function in both styles: how it begins, what it does, and what a hand-written one owns first.
struct Shape {
    signature: &'static str,
    owned: &'static str,
    body: &'static str,
    /// What the body calls its arguments, where they are owned ones by hand.
    lent: &'static str,
}

/// Typical functions: borrowed and owned arguments, plain values and results.
const SHAPES: &[Shape] = &[
    Shape {
        signature: "(text: &str, times: usize) -> String",
        owned: "let text = text.to_owned();",
        lent: "let text: &str = &text;",
        body: "text.repeat(times)",
    },
    Shape {
        signature: "(path: &Path) -> io::Result<String>",
        owned: "let path = path.to_owned();",
        lent: "let path: &Path = &path;",
        body: "let text = fs::read_to_string(path)?; Ok(text.trim().to_owned())",
    },
    Shape {
        signature: "(data: Vec<u8>, salt: u64) -> u64",
        owned: "",
        lent: "",
        body: "data.iter().fold(salt, |sum, byte| sum.rotate_left(5) ^ u64::from(*byte))",
    },
    Shape {
        signature: "(path: &Path, data: &[u8]) -> io::Result<usize>",
        owned: "let path = path.to_owned(); let data = data.to_owned();",
        lent: "let path: &Path = &path; let data: &[u8] = &data;",
        body: "fs::write(path, data)?; Ok(data.len())",
    },
    Shape {
        signature: "(host: String, port: u16) -> Result<TcpStream, String>",
        owned: "",
        lent: "",
        body: "TcpStream::connect((host.as_str(), port)).map_err(|error| format!(\"{host}: {error}\"))",
    },
];

fn source(style: Style, functions: usize) -> String {
    let mut text = String::from(
        "//! Generated to be compiled.\nuse std::net::TcpStream;\nuse std::path::Path;\nuse std::{fs, io};\n\n",
    );
    for (number, shape) in SHAPES.iter().cycle().take(functions).enumerate() {
        let Shape { signature, owned, lent, body } = shape;
        let _ = match style {
            Style::Annotated => writeln!(
                text,
                "#[asyncify_runtime::sync_to_async]\npub fn f{number}{signature} {{\n    {body}\n}}\n"
            ),
            Style::ByHand => writeln!(
                text,
                "pub async fn f{number}{signature} {{\n    {owned}\n    \
                 tokio::task::spawn_blocking(move || {{\n        {lent}\n        {body}\n    }})\n    \
                 .await\n    .expect(\"the function does not panic\")\n}}\n"
            ),
        };
    }
    text
}
