//! Published crates at pinned versions, each finding labelled by hand in `tests/real`.
//!
//! A file has one line a finding, as `--message-format short` prints it, after `true`, `false` or
//! `doubtful`, and the reason where it is not true.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::project::check;

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

/// Compares the findings of a package with its labels; at least 90 % of those at `blocks` are true.
fn compare(name: &str, version: &str) {
    let directory = TempDir::new().unwrap();
    let package = unpack(name, version, &directory);
    let run = check(&package, &["--message-format", "short"]);
    assert!(run.code < 2, "{}", run.stderr);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/real/{name}.txt"));
    let labels = std::fs::read_to_string(&file).unwrap();
    let labels: Vec<_> = labels.lines().filter(|line| !line.starts_with('#')).map(split).collect();
    let known: Vec<_> = labels.iter().map(|(_, finding)| *finding).collect();
    let found: Vec<_> = run.stdout.lines().collect();
    let new: Vec<_> = found.iter().filter(|finding| !known.contains(finding)).collect();
    let gone: Vec<_> = known.iter().filter(|finding| !found.contains(finding)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "not labelled: {new:#?}\nlabelled, not found: {gone:#?}"
    );
    let blocks: Vec<_> =
        labels.iter().filter(|(_, finding)| finding.contains(": blocks: ")).collect();
    let right = blocks.iter().filter(|(label, _)| *label == "true").count();
    assert!(right * 10 >= blocks.len() * 9, "{right} of {}", blocks.len());
}

/// The label and the finding of a line such as `false (why): src/main.rs:3:5: ..`.
fn split(line: &str) -> (&str, &str) {
    let (label, finding) = line.split_once(" | ").unwrap_or_else(|| panic!("{line}"));
    let word = label.split(' ').next().unwrap_or(label);
    assert!(["true", "false", "doubtful"].contains(&word), "{line}");
    (word, finding)
}

#[test]
fn bore_cli() {
    compare("bore-cli", "0.6.0");
}

#[test]
fn miniserve() {
    compare("miniserve", "0.35.0");
}

#[test]
fn static_web_server() {
    compare("static-web-server", "3.0.0-beta.2");
}
