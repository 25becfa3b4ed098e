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
    project_of(SOURCE)
}

/// A project that depends on `blocking`.
pub(crate) fn project_of(source: &str) -> Project {
    let manifest = format!(
        "{MANIFEST}[dependencies]\nblocking = {{ path = \"blocking\" }}\n[workspace]\nexclude = [\"blocking\"]\n"
    );
    let project = Project::with_manifest(&manifest, source);
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
    assert!(
        run.stderr.contains("took back src/lib.rs:40: it does not compile: `Rc<PathBuf>` cannot"),
        "{}",
        run.stderr
    );
    let fixed = project.read("src/lib.rs");
    for line in [
        "blocking::unblock(move || std::fs::read(\"a\")).await",
        "blocking::unblock({ let root = self.root.clone(); move || root.exists() }).await",
        "blocking::unblock({ let path = path.to_owned(); move || load(&path) }).await",
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

/// Fixes of this source without a git work tree, and the source afterwards.
fn fixed(source: &str) -> (String, String) {
    let project = project_of(source);
    let run = project.check(&["--fix", "--allow-dirty"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    (run.stderr, project.read("src/lib.rs"))
}

#[test]
fn copies_of_different_places_have_different_names() {
    let (_, source) = fixed(
        "use std::path::{Path, PathBuf};
        pub struct Store { pub path: PathBuf }
        fn path(_: &Path) -> bool { true }
        impl Store {
            pub async fn same(&self, path: &Path) -> bool {
                std::fs::copy(&self.path, path).is_ok()
            }
            pub async fn made(&self, path: &Path) -> bool {
                std::fs::copy(self.path.join(\"x\"), path).is_ok()
            }
            pub async fn function(&self) -> bool { std::fs::read(path(&self.path).to_string()).is_ok() }
        }",
    );
    for line in [
        "let self_path = self.path.clone(); let path = path.to_owned(); \
         move || std::fs::copy(&self_path, &path)",
        "let path = path(&self.path).to_string(); move || std::fs::read(path)",
        "let from = self.path.join(\"x\"); let path = path.to_owned(); \
         move || std::fs::copy(from, &path)",
    ] {
        assert!(source.contains(line), "{line}\n{source}");
    }
}

/// Arguments are evaluated before the call, as without the edit.
#[test]
fn arguments_that_leave_or_borrow_are_evaluated_before() {
    let (report, source) = fixed(
        "use std::rc::Rc;
        pub struct Request { path: String, _local: Rc<u8> }
        impl Request { pub fn path(&self) -> &str { &self.path } }
        fn load(path: &str, retries: u8) -> Option<Vec<u8>> {
            (0..retries).find_map(|_| std::fs::read(path).ok())
        }
        pub async fn handle(request: &Request, retries: Option<u8>) -> Option<Vec<u8>> {
            load(request.path(), retries?)
        }
        pub async fn formatted(number: u8) -> Vec<u8> {
            std::fs::read(format!(\"{number}\")).unwrap()
        }",
    );
    assert!(report.contains("2 of 2 findings fixed"), "{report}");
    for line in [
        "let path = request.path().to_owned(); let retries = retries?; \
         move || load(&path, retries)",
        "let path = format!(\"{number}\"); move || std::fs::read(path)",
    ] {
        assert!(source.contains(line), "{line}\n{source}");
    }
}

/// On the other thread only its future would be made.
#[test]
fn async_function_is_not_moved() {
    let source = "use std::task::{Context, Poll};
        pub async fn outer() { Load.await; made().await }
        pub struct Load;
        impl Future for Load {
            type Output = ();
            fn poll(self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
                let _ = std::fs::read(\"a\");
                Poll::Ready(())
            }
        }
        pub fn made() -> impl Future<Output = ()> {
            let _ = std::fs::read(\"b\");
            async {}
        }
        ";
    assert_eq!(fixed(source).1, source);
}

/// An await there would be a deadlock that compiles.
#[test]
fn nothing_is_awaited_while_a_guard_is_held() {
    let source = "use std::sync::Mutex;
        pub async fn named(lock: &Mutex<u8>) -> u8 {
            let guard = lock.lock().unwrap();
            let _ = std::fs::read(\"a\");
            *guard
        }
        pub async fn temporary(lock: &Mutex<Vec<bool>>) {
            lock.lock().unwrap().push(std::fs::read(\"b\").is_ok());
        }
        pub async fn scrutinee(lock: &Mutex<Option<u8>>) {
            if let Some(_) = lock.lock().unwrap().take() { let _ = std::fs::read(\"c\"); }
        }
        pub async fn dropped(lock: &Mutex<u8>) {
            let guard = lock.lock().unwrap();
            drop(guard);
            let _ = std::fs::read(\"d\");
        }
        pub async fn condition(lock: &Mutex<u8>) {
            if *lock.lock().unwrap() > 1 { let _ = std::fs::read(\"e\"); }
        }
        ";
    let (report, fixed) = fixed(source);
    assert!(report.contains("2 of 5 findings fixed, 0 edits taken back"), "{report}");
    let awaited = |file: &str| format!("blocking::unblock(move || std::fs::read({file:?})).await");
    assert!(fixed.contains(&awaited("d")) && fixed.contains(&awaited("e")), "{fixed}");
}

/// A copy of a cell would get what is written to it.
#[test]
fn what_is_written_through_a_reference_is_not_copied() {
    let source = "use std::cell::RefCell;
        fn load(into: &RefCell<Vec<u8>>) { *into.borrow_mut() = std::fs::read(\"a\").unwrap(); }
        pub async fn cell(into: &RefCell<Vec<u8>>) { load(into); }
        fn fill(into: &mut Vec<u8>) { *into = std::fs::read(\"a\").unwrap(); }
        pub async fn exclusive(mut into: Vec<u8>) -> Vec<u8> { fill(&mut into); into }
        ";
    assert_eq!(fixed(source).1, source);
}

/// Conditions and scrutinees stay without the parentheses that the compiler warns of.
#[test]
fn edits_bring_no_warnings() {
    let source = "#![deny(warnings)]
        use std::path::Path;
        pub async fn condition(path: &Path) -> u8 {
            if path.exists() { return 1; }
            while path.is_dir() { return 2; }
            match path.is_file() { true => 3, false => 4 }
        }
        ";
    let (report, fixed) = fixed(source);
    assert!(report.contains("3 of 3 findings fixed"), "{report}");
    assert!(
        fixed.contains(
            "if blocking::unblock({ let path = path.to_owned(); move || path.exists() }).await {"
        ),
        "{fixed}"
    );
}

/// A dependency of tests alone is none of the library.
#[test]
fn wrapper_is_one_that_the_library_depends_on() {
    let project = project_of("pub async fn load() { let _ = std::fs::read(\"a\"); }");
    let manifest = project.read("Cargo.toml");
    project.write("smol/Cargo.toml", "[package]\nname = \"smol\"\nedition = \"2024\"\n");
    project.write("smol/src/lib.rs", "");
    let other = "exclude = [\"blocking\", \"smol\"]\n";
    let manifest = manifest.replace("exclude = [\"blocking\"]\n", other).replace(
        "[dependencies]\nblocking",
        "[dependencies]\nsmol = { path = \"smol\" }\n[dev-dependencies]\nblocking",
    );
    project.write("Cargo.toml", &manifest);
    let run = project.check(&["--fix", "--dry-run"]);
    assert!(run.stdout.contains("smol::unblock(move || std::fs::read"), "{}", run.stdout);
    assert!(!run.stdout.contains("blocking::"), "{}", run.stdout);
}

/// What does not fail the check is left.
#[test]
fn tiers_below_deny_are_left() {
    let project = project_of("");
    let source = "async fn settings() { let _ = std::fs::read(\"a\"); }
        #[tokio::main]
        async fn main() { settings().await; }
        ";
    project.write("src/main.rs", source);
    let run = project.check(&["--fix", "--dry-run"]);
    assert_eq!(run.stdout, "");
    let run = project.check(&["--fix", "--dry-run", "--deny", "start-up"]);
    assert!(run.stdout.contains("blocking::unblock(move || std::fs::read"), "{}", run.stdout);
}

/// The errors name the edits that do not compile, wherever these are.
#[test]
fn few_runs_of_the_compiler_find_the_edits_to_take_back() {
    let mut source = String::from("use std::path::PathBuf;\nuse std::rc::Rc;\n");
    for number in 0..20 {
        let ty = if number % 5 == 2 { "Rc<PathBuf>" } else { "PathBuf" };
        source += &format!("pub async fn f{number}(path: {ty}) -> bool {{ path.exists() }}\n");
    }
    let project = project_of(&source);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-asyncify"));
    command.args(["asyncify", "check", "--fix", "--allow-dirty"]).current_dir(project.path());
    let run = crate::project::run(&mut command);
    assert!(run.stderr.contains("16 of 20 findings fixed, 4 edits taken back"), "{}", run.stderr);
    let runs = run.stderr.matches("checking edits: cargo check").count();
    // As it is, with all edits, and with those that are left.
    assert_eq!(runs, 3, "{}", run.stderr);
    assert_eq!(project.read("src/lib.rs").matches("blocking::unblock").count(), 16);
}

/// With the real tokio, which the edits are written for.
#[test]
fn methods_of_paths_become_functions_of_tokio() {
    let source = "use std::path::{Path, PathBuf};
        pub struct Config { pub root: PathBuf, pub roots: Vec<PathBuf> }
        pub async fn field(config: &Config) -> PathBuf {
            config
                .root
                .canonicalize()
                .unwrap()
        }
        pub async fn borrowed(path: &Path) -> bool { !path.exists() }
        pub async fn made(path: &Path) -> u8 { if path.join(\"a\").is_dir() { 1 } else { 2 } }
        pub async fn exclusive(path: &mut PathBuf) -> bool { path.is_file() && path.pop() }
        pub async fn element(config: &Config) -> bool { config.roots[0].is_symlink() }
        pub async fn named(path: PathBuf) -> bool { Path::try_exists(&path).is_ok() }
        pub async fn text(path: &str) -> bool { std::fs::exists(path).unwrap() }
        ";
    let manifest = format!(
        "{MANIFEST}[dependencies]\ntokio = {{ version = \"1\", features = [\"fs\", \"rt\"] }}\n"
    );
    let project = Project::with_manifest(&manifest, source);
    let run = project.check(&["--fix", "--allow-dirty"]);
    assert!(run.stderr.contains("7 of 7 findings fixed, 0 edits taken back"), "{}", run.stderr);
    let fixed = project.read("src/lib.rs");
    for line in [
        "tokio::fs::canonicalize(&config.root).await\n                .unwrap()",
        "!tokio::fs::try_exists(path).await.unwrap_or(false)",
        "if tokio::fs::metadata(path.join(\"a\")).await.is_ok_and(|metadata| metadata.is_dir()) {",
        "tokio::fs::metadata(&*path).await.is_ok_and(|metadata| metadata.is_file()) && path.pop()",
        "tokio::fs::symlink_metadata(&config.roots[0]).await.is_ok_and(",
        "tokio::fs::try_exists(&path).await.is_ok()",
        "tokio::fs::try_exists(path).await.unwrap()",
    ] {
        assert!(fixed.contains(line), "{line}\n{fixed}");
    }
}

/// What a macro makes of its tokens has other ranges than the source.
#[test]
fn call_in_the_tokens_of_a_macro_is_left() {
    let source = "macro_rules! run { ($($body:tt)*) => { async move { $($body)* } }; }
        pub async fn outer() -> usize {
            run! { let bytes = std::fs::read(\"a\").unwrap(); bytes.len() }.await
        }
        ";
    let project = project_of(source);
    let run = project.check(&["--message-format", "json"]);
    assert!(run.stdout.contains("`std::fs::read` blocks"), "{}", run.stdout);
    assert!(!run.stdout.contains("blocking::unblock"), "{}", run.stdout);
    let run = project.check(&["--fix", "--dry-run"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
}

/// With the real runtime, before tokio's `spawn_blocking` where a project depends on both.
#[test]
fn calls_are_moved_with_asyncify() {
    let runtime = concat!(env!("CARGO_MANIFEST_DIR"), "/../asyncify-runtime");
    let manifest = format!(
        "{MANIFEST}[dependencies]\nasyncify-runtime = {{ path = \"{runtime}\" }}\n\
         tokio = {{ version = \"1\", features = [\"rt\"] }}\n[workspace]\n"
    );
    let source = "use std::path::{Path, PathBuf};
        pub struct Store { pub root: PathBuf }
        fn load(path: &Path) -> Vec<u8> { std::fs::read(path).unwrap() }
        impl Store {
            pub async fn field(&self) -> Vec<u8> { load(&self.root) }
            pub async fn copied(&self, to: &str) -> bool { std::fs::copy(self.root.join(to), to).is_ok() }
        }
        pub async fn borrowed(path: &Path) -> bool { if load(path).is_empty() { false } else { true } }
        pub async fn leaving(path: Option<PathBuf>) -> Option<Vec<u8>> { Some(load(&path?)) }
        pub async fn made(path: &Path) -> bool { path.join(\"a\").exists() }
        ";
    let project = Project::with_manifest(&manifest, source);
    let run = project.check(&["--fix", "--allow-dirty"]);
    assert!(run.stderr.contains("5 of 5 findings fixed, 0 edits taken back"), "{}", run.stderr);
    let fixed = project.read("src/lib.rs");
    for line in [
        "{ asyncify_runtime::asyncify!(load(&self.root)).await }",
        "asyncify_runtime::asyncify!(std::fs::copy(self.root.join(to), to)).await.is_ok()",
        "if asyncify_runtime::asyncify!(load(path)).await.is_empty() {",
        "Some(asyncify_runtime::asyncify!(load(&path?)).await)",
        // The macro takes no receiver that has to be evaluated before.
        "asyncify_runtime::spawn_blocking({ let path_buf = path.join(\"a\"); \
         move || path_buf.exists() }).await.unwrap()",
    ] {
        assert!(fixed.contains(line), "{line}\n{fixed}");
    }
    let after = project.check(&["--message-format", "short"]);
    assert_eq!((after.code, after.stdout.as_str()), (0, ""), "{}", after.stderr);
}
