//! `asyncify.toml`, tiers and baselines.

use crate::project::{MANIFEST, Project};

const SOURCE: &str = "
pub fn query() {}
pub async fn load() {
    let _ = std::fs::read(\"a\");
}
pub async fn ask() {
    query();
}
pub async fn wait() {
    std::thread::sleep(std::time::Duration::from_secs(1));
}
";

#[test]
fn own_calls_are_reported_and_allowed_ones_are_not() {
    let project = Project::new(SOURCE);
    project.write(
        "asyncify.toml",
        "
        [[call]]
        path = \"sample::query\"
        kind = \"db\"

        [[allow]]
        function = \"sample::load\"
        callee = \"std::fs::read\"
        reason = \"small\"

        [[allow]]
        function = \"sample::gone\"
        callee = \"std::fs::read\"

        [severity]
        sleep = \"error\"
        ",
    );
    let run = project.check(&[]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("warning[asyncify::db]: `sample::query` blocks"), "{}", run.stdout);
    assert!(run.stdout.contains("error[asyncify::sleep]: `std::thread::sleep`"), "{}", run.stdout);
    assert!(!run.stdout.contains("std::fs::read"), "{}", run.stdout);
    let stale = "allow entry for `std::fs::read` in `sample::gone` matches nothing: remove it";
    assert!(run.stderr.contains(stale), "{}", run.stderr);
    assert!(!run.stderr.contains("`sample::load`"), "{}", run.stderr);
}

#[test]
fn baseline_hides_what_was_there_and_shows_what_is_new() {
    let project = Project::new(SOURCE);
    let arguments = ["--message-format", "short", "--baseline", "known.json"];
    let run = project.check(&arguments);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(run.stderr.contains("wrote 2 findings to known.json"), "{}", run.stderr);

    // Lines move, and one call is added.
    let added = "pub async fn more() { let _ = std::fs::read(\"b\"); }";
    project.write("src/lib.rs", &format!("\n\n\n{SOURCE}{added}"));
    let run = project.check(&arguments);
    assert_eq!(run.code, 1);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert!(run.stdout.starts_with("src/lib.rs:15:"), "{}", run.stdout);

    project.write("known.json", "{}");
    let run = project.check(&arguments);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("known.json is no baseline"), "{}", run.stderr);
}

#[test]
fn code_before_serving_is_a_tier_of_its_own() {
    let project = Project::new("");
    project.write(
        "src/main.rs",
        "
        async fn main_loop() { loop { let _ = std::fs::read(\"b\"); } }
        async fn settings() { let _ = std::fs::read(\"a\"); }
        #[tokio::main]
        async fn main() {
            settings().await;
            main_loop().await;
        }
        ",
    );
    let run = project.check(&["--message-format", "short", "--deny", "blocks"]);
    assert_eq!(run.code, 1);
    let tiers: Vec<_> = run.stdout.lines().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(tiers, ["blocks", "start-up"], "{}", run.stdout);
}

/// It runs beside the others, whenever that is.
#[test]
fn function_that_main_spawns_is_not_code_before_serving() {
    let manifest = format!(
        "{MANIFEST}[dependencies]\ntokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n"
    );
    let project = Project::with_manifest(&manifest, "");
    project.write(
        "src/main.rs",
        "
        async fn reload() { let _ = std::fs::read(\"a\"); }
        #[tokio::main(flavor = \"current_thread\")]
        async fn main() {
            tokio::spawn(reload());
        }
        ",
    );
    let run = project.check(&["--message-format", "short"]);
    assert!(run.stdout.starts_with("src/main.rs:2:37: blocks: "), "{}{}", run.stdout, run.stderr);
}

#[test]
fn tiers_decide_what_is_shown_and_what_fails() {
    let project = Project::new(
        "pub async fn read(mut reader: Box<dyn std::io::Read>) { let _ = reader.read(&mut []); }",
    );
    let run = project.check(&["--message-format", "short"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains(": may-block: `std::io::Read::read` may block"), "{}", run.stdout);
    assert_eq!(project.check(&["--deny", "may-block"]).code, 1);
    assert_eq!(project.check(&["--show", "blocks"]).stdout, "");
}
