//! The forms of the output.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::project::{MANIFEST, Project};

const SOURCE: &str = "use std::path::Path;

pub async fn load(path: &Path) -> Vec<u8> {
    outer(path)
}

fn outer(path: &Path) -> Vec<u8> {
    inner(path)
}

fn inner(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

pub async fn save(path: &Path) {
    let _ = std::fs::write(path, \"ä\");
}
";

#[test]
fn human_form_shows_the_whole_way() {
    let run = Project::new(SOURCE).check(&[]);
    assert_eq!(run.code, 1);
    let expected = "\
warning[asyncify::fs]: `sample::outer` blocks the thread of the event loop: it calls `std::fs::read`
  --> src/lib.rs:4:5
   |
 4 |     outer(path)
   |     ^^^^^^^^^^^ calls `sample::outer`
   |
   = note: in `sample::outer`
   |
  ::: src/lib.rs:8:5
   |
 8 |     inner(path)
   |     ----------- calls `sample::inner`
   |
   = note: in `sample::inner`
   |
  ::: src/lib.rs:12:5
   |
12 |     std::fs::read(path).unwrap()
   |     ------------------- calls `std::fs::read`
   |
   = note: it waits for the file system

";
    assert!(run.stdout.starts_with(expected), "{}", run.stdout);
    assert!(
        run.stderr.contains("     1  std::fs::read\n     1  std::fs::write\n"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("2 blocks, 0 may-block, 0 start-up in 4 functions"),
        "{}",
        run.stderr
    );
}

#[test]
fn short_form_is_one_line_each() {
    let run = Project::new(SOURCE).check(&["--message-format", "short"]);
    let expected = "\
src/lib.rs:4:5: blocks: `sample::outer` blocks the thread of the event loop: it calls `std::fs::read`
src/lib.rs:16:13: blocks: `std::fs::write` blocks the thread of the event loop
";
    assert_eq!(run.stdout, expected);
}

#[test]
fn json_form_is_that_of_cargo() {
    let manifest = format!("{MANIFEST}[dependencies]\nblocking = {{ path = \"blocking\" }}\n");
    let project = Project::with_manifest(&manifest, SOURCE);
    crate::fix::write_blocking(&project);
    let run = project.check(&["--message-format", "json"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let lines: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2], json!({ "reason": "build-finished", "success": true }));

    let chained = &lines[0];
    assert_eq!(chained["reason"], "compiler-message");
    assert!(chained["package_id"].as_str().unwrap().contains("sample"));
    assert_eq!(chained["target"]["name"], "sample");
    let message = &chained["message"];
    assert_eq!(message["level"], "warning");
    assert_eq!(message["code"]["code"], "asyncify::fs");
    assert_eq!(message["spans"][0]["file_name"], "src/lib.rs");
    assert_eq!(message["spans"][0]["line_start"], 4);
    assert_eq!(message["spans"][0]["text"][0]["text"], "    outer(path)");
    assert!(message["rendered"].as_str().unwrap().contains("src/lib.rs:12:5"));
    let hops = message["children"].as_array().unwrap();
    assert_eq!(hops[1]["spans"][0]["line_start"], 12);

    // The edit is one that an editor can apply.
    let message = &lines[1]["message"];
    let span = &message["spans"][0];
    let byte = |key: &str| usize::try_from(span[key].as_u64().unwrap()).unwrap();
    let bytes = byte("byte_start")..byte("byte_end");
    assert_eq!(&SOURCE[bytes], "std::fs::write(path, \"ä\")");
    assert_eq!(span["column_end"].as_u64().unwrap(), 13 + 25);
    let children = message["children"].as_array().unwrap();
    let edit = children.iter().flat_map(|child| child["spans"].as_array().unwrap());
    let edit = edit.filter(|span| !span["suggested_replacement"].is_null()).collect::<Vec<_>>();
    assert_eq!(edit[0]["suggestion_applicability"], "MaybeIncorrect");
    let text = edit[0]["suggested_replacement"].as_str().unwrap();
    let moved = "{ let path = path.to_owned(); move || std::fs::write(&path, \"ä\") }";
    assert_eq!(text, format!("blocking::unblock({moved}).await"));
}

/// The schema of OASIS, as a published package has it.
fn schema() -> Value {
    let manifest = format!("{MANIFEST}[dependencies]\nserde-sarif = \"=0.8.0\"\n");
    let project = Project::with_manifest(&manifest, "");
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1"])
        .current_dir(project.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let file = manifest.with_file_name("src").join("schema.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn sarif_form_is_valid_and_has_the_whole_way() {
    let run = Project::new(SOURCE).check(&["--message-format", "sarif"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();

    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("sarif.json", schema()).unwrap();
    let index = compiler.compile("sarif.json", &mut schemas).unwrap();
    if let Err(error) = schemas.validate(&log, index) {
        panic!("{error:#}");
    }
    let mut wrong = log.clone();
    wrong["runs"][0]["results"][0]["level"] = json!("bad");
    assert!(schemas.validate(&wrong, index).is_err());

    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    let steps = &results[0]["codeFlows"][0]["threadFlows"][0]["locations"];
    let lines: Vec<_> = steps
        .as_array()
        .unwrap()
        .iter()
        .map(|step| &step["location"]["physicalLocation"]["region"]["startLine"])
        .collect();
    assert_eq!(lines, [4, 8, 12]);
    assert_eq!(results[1]["ruleId"], "asyncify::fs");
    assert!(results[1].get("codeFlows").is_none());
}

/// Neither a build script nor a procedural macro runs.
#[test]
fn nothing_of_the_project_is_executed() {
    let manifest = format!("{MANIFEST}[dependencies]\nmacros = {{ path = \"macros\" }}\n");
    let source = "#[macros::keep]\npub async fn load() { let _ = std::fs::read(\"a\"); }";
    let project = Project::with_manifest(&manifest, source);
    let marker = project.path().join("executed");
    let touch = format!("std::fs::write({:?}, \"\").unwrap();", marker.display().to_string());
    project.write("build.rs", &format!("fn main() {{ {touch} }}"));
    project.write(
        "macros/Cargo.toml",
        "[package]\nname = \"macros\"\nedition = \"2024\"\n[lib]\nproc-macro = true\n",
    );
    project.write(
        "macros/src/lib.rs",
        &format!(
            "use proc_macro::TokenStream;
            #[proc_macro_attribute]
            pub fn keep(_: TokenStream, item: TokenStream) -> TokenStream {{ {touch} item }}"
        ),
    );
    let run = project.check(&["--message-format", "short"]);
    assert!(run.stdout.contains("src/lib.rs:2:31: blocks"), "{}{}", run.stdout, run.stderr);
    assert!(!marker.exists());
    assert!(!project.path().join("target").exists());
}

#[test]
fn progress_is_on_standard_error_and_can_be_turned_off() {
    let project = Project::new("");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-asyncify"));
    let run = crate::project::run(command.arg("check").current_dir(project.path()));
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(run.stderr.contains("loading the project and its dependencies"), "{}", run.stderr);
    assert!(!project.check(&[]).stderr.contains("loading"));
}

/// As a toolchain without the component `rust-src` has it.
#[cfg(unix)]
#[test]
fn missing_sources_of_the_standard_library_are_one_line() {
    use std::os::unix::fs::PermissionsExt as _;

    let project = Project::new("");
    let compiler = project.path().join("rustc");
    std::fs::write(&compiler, "#!/bin/sh\n[ \"$1\" = --print ] && exec pwd\nexec rustc \"$@\"\n")
        .unwrap();
    std::fs::set_permissions(&compiler, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-asyncify"));
    command.args(["check", "--quiet"]).current_dir(project.path()).env("RUSTC", compiler);
    let run = crate::project::run(&mut command);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert_eq!(
        run.stderr,
        "error: the sources of the standard library are missing: run `rustup component add rust-src`\n"
    );
}
