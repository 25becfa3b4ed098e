//! `--fix`.

use std::process::Command;

use crate::project::{MANIFEST, Project};

/// A crate with the name and the function of the one that runs closures on other threads.
pub(crate) fn write_blocking(project: &Project) {
    project.write("blocking/Cargo.toml", "[package]\nname = \"blocking\"\nedition = \"2024\"\n");
    project.write(
        "blocking/src/lib.rs",
        "pub async fn unblock<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
            std::thread::spawn(work).join().unwrap()
        }",
    );
}

const SOURCE: &str = "use std::path::{Path, PathBuf};
use std::rc::Rc;

pub struct Store {
    pub root: PathBuf,
}

impl Store {
    pub async fn is_there(&self) -> bool {
        self.root.exists()
    }
}

pub async fn literal() -> std::io::Result<Vec<u8>> {
    std::fs::read(\"a\")
}

pub async fn borrowed(path: &Path) -> std::io::Result<usize> {
    Ok(std::fs::read(path)?.len())
}

pub async fn owned(from: PathBuf, to: String) -> bool {
    let copied = std::fs::copy(&from, to.as_str()).is_ok();
    copied && from.is_absolute()
}

pub async fn joined(directory: &Path, name: &str) -> bool {
    directory.join(name).is_file()
}

pub async fn indirect(path: &Path) -> Vec<u8> {
    load(path)
}

fn load(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

pub async fn not_send(path: Rc<PathBuf>) -> bool {
    path.exists()
}

pub async fn in_a_closure(paths: &[PathBuf]) -> usize {
    paths.iter().filter(|path| path.exists()).count()
}

pub async fn in_a_macro() {
    println!(\"{:?}\", std::fs::read(\"a\"));
}
";

fn project() -> Project {
    let manifest = format!(
        "{MANIFEST}[dependencies]\nblocking = {{ path = \"blocking\" }}\n[workspace]\nexclude = [\"blocking\"]\n"
    );
    let project = Project::with_manifest(&manifest, SOURCE);
    write_blocking(&project);
    project.write(".gitignore", "target\nCargo.lock\n");
    project
}

fn git(project: &Project, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]);
    let output = command.args(arguments).current_dir(project.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn edits_that_compile_are_kept_and_are_reported_no_more() {
    let project = project();
    let before = project.check(&["--message-format", "short"]);
    assert_eq!(before.stdout.lines().count(), 9, "{}", before.stdout);

    let run = project.check(&["--fix"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no git work tree"), "{}", run.stderr);
    git(&project, &["init", "-q"]);
    let run = project.check(&["--fix"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("the work tree has changes"), "{}", run.stderr);
    assert_eq!(project.read("src/lib.rs"), SOURCE);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "a"]);

    let run = project.check(&["--fix"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("6 of 9 findings fixed, 1 edits taken back, 2 without a safe edit"),
        "{}{}",
        run.stderr,
        project.read("src/lib.rs"),
    );
    let fixed = project.read("src/lib.rs");
    for line in [
        "blocking::unblock(move || std::fs::read(\"a\")).await",
        "let root = self.root.to_owned(); blocking::unblock(move || root.exists()).await",
        "let path = path.to_owned(); blocking::unblock(move || load(&path)).await",
    ] {
        assert!(fixed.contains(line), "{line}\n{fixed}");
    }
    assert!(fixed.contains("\n    path.exists()\n"), "{fixed}");

    let after = project.check(&["--message-format", "short"]);
    assert_eq!(after.stdout.lines().count(), 3, "{}", after.stdout);
    let compiled =
        Command::new("cargo").args(["check", "-q"]).current_dir(project.path()).status().unwrap();
    assert!(compiled.success());
}

#[test]
fn dry_run_prints_a_difference_and_changes_nothing() {
    let project = project();
    let run = project.check(&["--fix", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("--- a/src/lib.rs\n+++ b/src/lib.rs\n"), "{}", run.stdout);
    assert!(run.stdout.contains("-    std::fs::read(\"a\")\n"), "{}", run.stdout);
    assert!(
        run.stdout.contains("+    blocking::unblock(move || std::fs::read(\"a\")).await\n"),
        "{}",
        run.stdout
    );
    assert_eq!(project.read("src/lib.rs"), SOURCE);
}

#[test]
fn windows_line_endings_stay() {
    let project = project();
    let source = "// a\n// b\npub async fn load() {\n    let _ = std::fs::read(\"a\");\n}\n";
    project.write("src/lib.rs", &source.replace('\n', "\r\n"));
    let run = project.check(&["--fix", "--allow-dirty"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = source
        .replace("std::fs::read(\"a\")", "blocking::unblock(move || std::fs::read(\"a\")).await");
    assert_eq!(project.read("src/lib.rs"), expected.replace('\n', "\r\n"));
}
