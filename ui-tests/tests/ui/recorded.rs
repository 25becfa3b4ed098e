//! The cases, and what is recorded of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// One wrong program and the recorded answer.
pub(crate) struct Case {
    pub(crate) source: PathBuf,
    pub(crate) words: String,
    /// Where the errors are, counted from 1.
    pub(crate) lines: BTreeSet<usize>,
}

/// All cases, in the order of their paths.
pub(crate) fn all() -> Vec<Case> {
    let mut sources = Vec::new();
    for folder in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")) {
        sources.extend(entries(&folder).filter(|path| path.extension().is_some_and(|e| e == "rs")));
    }
    sources.sort();
    sources.into_iter().map(case).collect()
}

/// What is in a folder.
pub(crate) fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    entries.map(|entry| entry.expect("the folder can be read").path())
}

fn case(source: PathBuf) -> Case {
    let recording = source.with_extension("stderr");
    let words = fs::read_to_string(&recording)
        .unwrap_or_else(|error| panic!("{}: {error}", recording.display()));
    let lines = error_lines(&words);
    Case { source, words, lines }
}

/// The line below each `error` says where it is: `  --> ui/item/case.rs:4:1`.
fn error_lines(words: &str) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    let mut in_error = false;
    for line in words.lines() {
        if line.starts_with("error") || line.starts_with("warning") {
            in_error = line.starts_with("error");
        } else if let Some(place) = line.trim_start().strip_prefix("--> ").filter(|_| in_error) {
            lines.extend(place.split(':').nth(1).and_then(|number| number.parse::<usize>().ok()));
            in_error = false;
        }
    }
    lines
}

#[test]
fn lines_are_those_of_errors_only() {
    let words = "\
warning: unused variable: `a`
 --> ui/item/case.rs:1:1

error[E0308]: mismatched types
       note: on a line of its own
 --> ui/item/case.rs:7:5
note: function defined here
 --> ui/item/case.rs:2:4

error: argument `buf` is borrowed mutably
  --> ui/item/case.rs:12:15
";
    assert_eq!(error_lines(words), BTreeSet::from([7, 12]));
}
