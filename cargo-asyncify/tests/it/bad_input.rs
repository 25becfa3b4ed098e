//! What cannot be checked is one clear line and the exit code 2.

use std::process::Command;

use tempfile::TempDir;

use crate::project::{MANIFEST, Project, Run, check, run};

/// The one line that a failed run prints.
#[track_caller]
fn failure(run: &Run) -> String {
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.starts_with("error: ") && !run.stderr.contains("panicked"),
        "{}",
        run.stderr
    );
    run.stderr.trim_end().to_owned()
}

#[test]
fn directory_without_a_project() {
    let directory = TempDir::new().unwrap();
    let line = failure(&check(directory.path(), &[]));
    assert!(line.starts_with("error: no Cargo.toml in "), "{line}");
    assert!(line.ends_with("run it in a cargo project"), "{line}");
}

#[test]
fn path_that_does_not_exist() {
    let directory = TempDir::new().unwrap();
    let line = failure(&check(directory.path(), &["missing"]));
    assert!(line.starts_with("error: cannot read "), "{line}");
}

#[test]
fn manifest_that_cargo_does_not_understand() {
    let project = Project::with_manifest("[package\n", "");
    let line = failure(&project.check(&[]));
    assert!(line.starts_with("error: cargo cannot read the project: "), "{line}");
}

#[test]
fn edition_that_is_not_known() {
    let project = Project::with_manifest(&MANIFEST.replace("2024", "2999"), "");
    let line = failure(&project.check(&[]));
    assert!(line.contains("2999"), "{line}");
}

#[test]
fn dependency_that_is_not_there() {
    let manifest = format!("{MANIFEST}[dependencies]\nabsent = {{ path = \"absent\" }}\n");
    let project = Project::with_manifest(&manifest, "");
    let line = failure(&project.check(&[]));
    assert!(line.contains("absent"), "{line}");
}

#[test]
fn lockfile_that_cannot_be_met() {
    let project = Project::new("");
    project.write("Cargo.lock", "version = 99\n");
    let line = failure(&project.check(&[]));
    assert!(line.starts_with("error: cargo cannot read the project: "), "{line}");
    assert!(line.contains("Cargo.lock") && line.contains("99"), "{line}");
}

/// Neither the registry nor what cargo has fetched before can be reached.
fn without_network(project: &Project) -> Run {
    let home = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-asyncify"));
    command.args(["check", "--quiet"]).current_dir(project.path());
    command.env("CARGO_HOME", home.path()).env("CARGO_NET_RETRY", "0");
    // A port that nothing listens on.
    command.env("CARGO_HTTP_PROXY", "http://127.0.0.1:1");
    run(&mut command)
}

#[test]
fn dependency_that_cannot_be_fetched() {
    let manifest = format!("{MANIFEST}[dependencies]\nserde = \"1\"\n");
    let line = failure(&without_network(&Project::with_manifest(&manifest, "")));
    assert!(line.starts_with("error: cargo cannot read the project: "), "{line}");
    assert!(line.contains("serde") && line.contains("connect"), "{line}");
}

/// The standard library's own dependencies are not needed.
#[test]
fn project_without_dependencies_needs_no_network() {
    let project = Project::new("pub async fn load() { let _ = std::fs::read(\"a\"); }");
    let run = without_network(&project);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("`std::fs::read` blocks"), "{}", run.stdout);
}

#[test]
fn package_that_is_not_in_the_workspace() {
    let project = Project::new("");
    let line = failure(&project.check(&["-p", "other"]));
    assert_eq!(line, "error: no package `other` in the workspace: there are sample");
}

#[test]
fn arguments_that_are_wrong() {
    let project = Project::new("");
    let cases = [
        (&["--deny", "nothing"][..], "write blocks, may-block or start-up"),
        (&["--unknown"], "unexpected argument '--unknown'"),
        (&["--dry-run"], "--fix"),
    ];
    for (arguments, expected) in cases {
        let message = failure(&project.check(arguments));
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn settings_that_are_wrong() {
    let project = Project::new("");
    project.write("asyncify.toml", "[[call]]\nname = \"a\"\n");
    let line = failure(&project.check(&[]));
    assert!(line.contains("asyncify.toml: line 2: unknown field `name`"), "{line}");
}

/// The rest is still checked.
#[test]
fn broken_code_is_checked_as_far_as_it_resolves() {
    let source = "
        pub async fn first() { std::fs::read(\"a\"); let x = ; missing::call(); }
        pub async fn second() { let _ = std::fs::write(\"a\", \"b\"); }
        fn third( {
    ";
    let run = Project::new(source).check(&["--message-format", "short"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("std::fs::read`"), "{}", run.stdout);
    assert!(run.stdout.contains("std::fs::write`"), "{}", run.stdout);
}

#[test]
fn syntax_that_is_not_known() {
    let source = "
        pub async fn first() { let _ = std::fs::read(\"a\"); }
        pub future struct New = 1..=>2;
        pub async fn second() { do yeet std::fs::write(\"a\", \"b\"); }
    ";
    let run = Project::new(source).check(&["--message-format", "short"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("std::fs::read`"), "{}", run.stdout);
}

/// As deep as generated code may be, and deeper than the usual stack of a thread allows.
#[test]
fn code_that_nests_deeply() {
    let (open, close) = ("(".repeat(3_000), ")".repeat(3_000));
    let source = format!(
        "pub async fn first() {{ let _ = std::fs::read(\"a\"); }}
        pub async fn second() -> bool {{ {open}std::fs::exists(\"a\"){close}.is_ok() }}
        pub const DEEP: u8 = {open}1{close};"
    );
    let run = Project::new(&source).check(&["--message-format", "short"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("`std::fs::read`"), "{}", run.stdout);
    assert!(run.stdout.contains("`std::fs::exists`"), "{}", run.stdout);
}
