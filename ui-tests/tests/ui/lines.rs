//! Compiles cases, and finds the lines of their errors, whatever the compiler's words are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::recorded::Case;

/// The lines with errors, by file name.
pub(crate) type Lines = BTreeMap<PathBuf, BTreeSet<usize>>;

/// Checks all cases in one project, and returns what the compiler says, one line a message.
pub(crate) fn check(cases: &[Case]) -> String {
    let project = project(cases);
    let output = Command::new(env!("CARGO"))
        .args(["check", "--bins", "--keep-going", "--message-format=short"])
        // What the project needs has been fetched to build this test.
        .args(["--offline", "--color=never"])
        .current_dir(&project)
        .env("CARGO_TARGET_DIR", project.join("target"))
        .output()
        .expect("cargo can be run");
    String::from_utf8(output.stderr).expect("cargo prints UTF-8")
}

/// Writes a project with each case as one binary.
fn project(cases: &[Case]) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lines");
    fs::create_dir_all(&project).expect("the folder for tests' own files can be written to");
    let mut manifest = format!(
        "[package]\nname = \"lines\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nasync-trait = \"0.1\"\n\n[dependencies.asyncify-runtime]\npath = '{}'\nfeatures = [\"async_safe\", \"in_place\", \"process\", \"remote\"]\n",
        workspace.join("asyncify-runtime").display(),
    );
    for (number, case) in cases.iter().enumerate() {
        let source = case.source.display();
        write!(manifest, "\n[[bin]]\nname = \"case{number}\"\npath = '{source}'\n")
            .expect("strings can be written to");
    }
    fs::write(project.join("Cargo.toml"), manifest).expect("the manifest can be written");
    // With the same versions as the workspace, nothing has to be looked up.
    fs::copy(workspace.join("Cargo.lock"), project.join("Cargo.lock"))
        .expect("cargo has written a lock file");
    project
}

/// Finds the lines `path:line:column: error..`.
pub(crate) fn errors(output: &str) -> Lines {
    let mut lines = Lines::new();
    for message in output.lines() {
        let Some((place, _)) = message.split_once(": error") else { continue };
        // From the right: a path may begin with the name of a drive.
        let mut place = place.rsplitn(3, ':');
        let (_column, line, path) = (place.next(), place.next(), place.next());
        if let (Some(Ok(line)), Some(path)) = (line.map(str::parse), path) {
            lines.entry(PathBuf::from(path)).or_default().insert(line);
        }
    }
    lines
}

/// Says which recorded errors were not found.
pub(crate) fn missing(cases: &[Case], found: &Lines) -> Vec<String> {
    let mut missing = Vec::new();
    for Case { source, lines, .. } in cases {
        for line in lines {
            if !found.get(source).is_some_and(|found| found.contains(line)) {
                missing.push(format!("no error at {}:{line}", source.display()));
            }
        }
    }
    missing
}

#[test]
fn an_error_is_missed_at_its_own_line_only() {
    let source = PathBuf::from("/ui/item/case.rs");
    let case = |lines| [Case { source: source.clone(), words: String::new(), lines }];
    let found = errors(
        "   Compiling lines\n\
         /ui/item/case.rs:3:1: warning: unused: error\n\
         /ui/item/case.rs:7:5: error[E0308]: mismatched types: expected `u8`, found `u16`\n\
         /ui/item/case.rs:12:15: error: argument `buf` is borrowed mutably\n\
         error: could not compile `lines` (bin \"case0\") due to 2 previous errors\n",
    );
    assert_eq!(missing(&case(BTreeSet::from([7, 12])), &found), Vec::<String>::new());
    assert_eq!(
        missing(&case(BTreeSet::from([7, 13])), &found),
        ["no error at /ui/item/case.rs:13"]
    );
    assert_eq!(missing(&case(BTreeSet::from([3])), &found), ["no error at /ui/item/case.rs:3"]);
}
