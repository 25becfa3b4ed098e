//! Compiles cases one by one, each in a compiler of its own, so that no error hides another.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use serde_json::Value;

use crate::source::{Case, Variant};

/// What the compiler says, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Message {
    level: String,
    code: Option<String>,
    words: String,
    /// Lines and columns of the primary spans: from, to.
    places: Vec<[(u64, u64); 2]>,
}

/// The runtime as the cases use it.
pub(crate) struct Runtime {
    library: PathBuf,
    folder: PathBuf,
}

impl Runtime {
    /// Builds it, or finds that it is built.
    pub(crate) fn build() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("parity");
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        write(
            &folder.join("Cargo.toml"),
            &format!(
                "[package]\nname = \"parity\"\nedition = \"2024\"\n\n[workspace]\n\n\
                 [lib]\npath = \"lib.rs\"\n\n[dependencies.asyncify-runtime]\npath = '{}'\n",
                workspace.join("asyncify-runtime").display(),
            ),
        );
        write(&folder.join("lib.rs"), "");
        // With the same versions as the workspace, nothing has to be looked up.
        fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))
            .expect("cargo has written a lock file");
        let output = Command::new(env!("CARGO"))
            .args(["check", "--message-format=json", "--offline"])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .output()
            .expect("cargo can be run");
        let library = json_lines(&output.stdout)
            .filter(|line| line["target"]["name"] == "asyncify_runtime")
            .find_map(|artifact| artifact["filenames"][0].as_str().map(PathBuf::from))
            .unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        Self { library, folder }
    }

    /// What the compiler says to one variant of each case, with as many compilers as cores.
    pub(crate) fn messages_of_all(&self, cases: &[Case], variant: Variant) -> Vec<Vec<Message>> {
        let mut found = vec![Vec::new(); cases.len()];
        let jobs = Mutex::new(cases.iter().zip(&mut found));
        let work = || {
            loop {
                let job = jobs.lock().expect("nobody panics while taking a job").next();
                let Some((case, messages)) = job else { return };
                *messages = self.messages(case, variant);
            }
        };
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(work);
            }
        });
        found
    }

    /// What the compiler says to one variant of a case, sorted.
    pub(crate) fn messages(&self, case: &Case, variant: Variant) -> Vec<Message> {
        let folder = self.folder.join(format!("{variant:?}")).join(case.template.name());
        let source = folder.join(format!("{}.rs", case.name));
        write(&source, &case.text(variant));
        let dependencies = self.library.parent().expect("a library is in a folder");
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
        let output = Command::new(rustc)
            .args(["--edition=2024", "--crate-name=case", "--emit=metadata", "--error-format=json"])
            .arg("--out-dir")
            .arg(&folder)
            .arg(format!("-Ldependency={}", dependencies.display()))
            .arg(format!("--extern=asyncify_runtime={}", self.library.display()))
            .arg(&source)
            .output()
            .expect("rustc can be run");
        let mut messages: Vec<_> =
            json_lines(&output.stderr).filter_map(|line| Message::of(&line)).collect();
        messages.sort();
        messages
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it is in a folder of ours"))
        .and_then(|()| fs::write(path, text))
        .expect("the folder for tests' own files can be written to");
}

/// The lines that are JSON.
fn json_lines(output: &[u8]) -> impl Iterator<Item = Value> {
    let lines = output.split(|byte| *byte == b'\n').map(<[u8]>::to_vec);
    lines.filter_map(|line| serde_json::from_slice(&line).ok())
}

impl Message {
    /// Errors and warnings, but not the sum of them at the end.
    fn of(line: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let level = text(&line["level"]).filter(|level| level == "error" || level == "warning")?;
        let spans = line["spans"].as_array()?;
        if spans.is_empty() {
            return None;
        }
        let number = |value: &Value| value.as_u64().unwrap_or_default();
        let places = spans.iter().filter(|span| span["is_primary"] == true).map(|span| {
            [("line_start", "column_start"), ("line_end", "column_end")]
                .map(|(line, column)| (number(&span[line]), number(&span[column])))
        });
        Some(Self {
            level,
            code: text(&line["code"]["code"]),
            words: text(&line["message"])?,
            places: places.collect(),
        })
    }
}

impl fmt::Display for Message {
    /// `5:9-5:10 error[E0308]: mismatched types`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for [(line, column), (end_line, end_column)] in &self.places {
            write!(f, "{line}:{column}-{end_line}:{end_column} ")?;
        }
        f.write_str(&self.level)?;
        if let Some(code) = &self.code {
            write!(f, "[{code}]")?;
        }
        write!(f, ": {}", self.words)
    }
}
