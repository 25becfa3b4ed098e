//! Runs `cargo check` on a project with edits, and reads where its errors are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::cli::Check;

pub(super) struct Error {
    pub(super) message: String,
    /// All that rustc prints a line of, in bytes.
    places: Vec<(PathBuf, usize, usize)>,
}

impl Error {
    /// Whether it is about a range of a file.
    pub(super) fn names(&self, file: &Path, start: usize, end: usize) -> bool {
        self.places.iter().any(|(other, from, to)| other == file && *from < end && start < *to)
    }
}

#[derive(Deserialize)]
struct Line {
    message: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    message: String,
    level: String,
    spans: Vec<Span>,
    #[serde(default)]
    children: Vec<Diagnostic>,
}

#[derive(Deserialize)]
struct Span {
    file_name: PathBuf,
    byte_start: usize,
    byte_end: usize,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

impl Diagnostic {
    fn add_places(&self, root: &Path, places: &mut Vec<(PathBuf, usize, usize)>) {
        for span in &self.spans {
            let mut next = Some(span);
            while let Some(span) = next {
                places.push((root.join(&span.file_name), span.byte_start, span.byte_end));
                next = span.expansion.as_ref().map(|expansion| &expansion.span);
            }
        }
        self.children.iter().for_each(|child| child.add_places(root, places));
    }
}

/// Compiles a project again and again.
pub(super) struct Compiler<'a> {
    check: &'a Check,
    root: &'a Path,
    pub(super) all_targets: bool,
    runs: usize,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(check: &'a Check, root: &'a Path) -> Self {
        Self { check, root, all_targets: true, runs: 0 }
    }

    /// Returns the errors, or `None` if the project compiles.
    pub(super) fn errors(&mut self) -> Result<Option<Vec<Error>>> {
        self.runs += 1;
        if !self.check.quiet {
            eprintln!("checking edits: cargo check, run {}", self.runs);
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["check", "--quiet", "--workspace", "--message-format", "json"]);
        // The errors of all targets at once.
        command.arg("--keep-going");
        command.args(crate::load::feature_arguments(&self.check.load_options()));
        if self.all_targets {
            command.arg("--all-targets");
        }
        command.current_dir(self.root);
        let output = command.output().context("cannot run cargo check")?;
        if output.status.success() {
            return Ok(None);
        }
        let lines = output.stdout.split(|byte| *byte == b'\n');
        let messages = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok()?.message);
        let errors = messages.filter(|message| message.level == "error").map(|message| {
            let mut places = Vec::new();
            message.add_places(self.root, &mut places);
            Error { message: message.message, places }
        });
        Ok(Some(errors.collect()))
    }

    pub(super) fn compiles(&mut self) -> Result<bool> {
        Ok(self.errors()?.is_none())
    }
}
