//! Findings in published crates at pinned versions, each labelled by hand in `tests/real`.
//!
//! A file has one line a finding, as `--message-format short` prints it, after `true`, `false` or
//! `doubtful`, and the reason where it is not true.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Unpacks a package and returns its directory.
fn unpack(name: &str, version: &str, into: &TempDir) -> PathBuf {
    let fetched = Command::new("cargo")
        .args(["info", "--quiet", &format!("{name}@{version}")])
        .current_dir(into.path())
        .output()
        .unwrap();
    assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
    let home = std::env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cargo"),
        PathBuf::from,
    );
    let file = format!("{name}-{version}.crate");
    let caches = std::fs::read_dir(home.join("registry/cache")).unwrap();
    let archive = caches.map(|entry| entry.unwrap().path().join(&file)).find(|path| path.exists());
    let archive = archive.unwrap_or_else(|| panic!("cargo has no {file}"));
    let mut tar = Command::new("tar");
    assert!(tar.arg("xzf").arg(archive).current_dir(into.path()).status().unwrap().success());
    into.path().canonicalize().unwrap().join(format!("{name}-{version}"))
}

/// The labels of a package, each with its finding.
pub(crate) fn labels(file: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let split = |line: &str| {
        let (label, finding) = line.split_once(" | ").unwrap_or_else(|| panic!("{line}"));
        let (word, reason) = label.split_once(' ').unwrap_or((label, ""));
        assert!(["true", "false", "doubtful"].contains(&word), "{line}");
        assert!(word == "true" || !reason.is_empty(), "no reason: {line}");
        (word.to_owned(), finding.to_owned())
    };
    lines.map(split).collect()
}

pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real")
}

/// Compares the findings of a package, checked with these arguments, with its labels.
#[track_caller]
pub(crate) fn compare(name: &str, version: &str, arguments: &[&str]) {
    let directory = TempDir::new().unwrap();
    let package = unpack(name, version, &directory);
    let mut check = Command::new(env!("CARGO_BIN_EXE_cargo-asyncify"));
    check.args(["asyncify", "check", "--quiet", "--message-format", "short"]);
    check.args(arguments);
    let run = check.current_dir(&package).output().unwrap();
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.code().is_some_and(|code| code < 2), "{stderr}");
    let stdout = String::from_utf8(run.stdout).unwrap();
    let found: Vec<_> = stdout.lines().collect();
    let labels = labels(&self::directory().join(format!("{name}-{version}.txt")));
    let known: Vec<_> = labels.iter().map(|(_, finding)| finding.as_str()).collect();
    let new: Vec<_> = found.iter().filter(|finding| !known.contains(finding)).collect();
    let gone: Vec<_> = known.iter().filter(|finding| !found.contains(finding)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "not labelled: {new:#?}\nlabelled, not found: {gone:#?}"
    );
}
