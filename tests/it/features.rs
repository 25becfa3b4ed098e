//! The feature table in the documentation of `asyncify-runtime`, compared with the manifest.

use std::collections::BTreeMap;

const MANIFEST: &str = include_str!("../../asyncify-runtime/Cargo.toml");
const DOCUMENTATION: &str = include_str!("../../asyncify-runtime/src/lib.rs");

/// The features of the manifest, each with whether it is on by default.
fn declared() -> BTreeMap<&'static str, bool> {
    let (_, section) = MANIFEST.split_once("\n[features]\n").expect("a section of features");
    let (section, _) = section.split_once("\n[").expect("a section after it");
    let names = section.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    let default = section.lines().find(|line| line.starts_with("default = ")).expect("defaults");
    names
        .filter(|name| !name.starts_with('#') && *name != "default")
        .map(|name| (name, default.contains(&format!("\"{name}\""))))
        .collect()
}

/// The rows of the table below the heading `Features`.
fn documented() -> BTreeMap<&'static str, bool> {
    let (_, section) = DOCUMENTATION.split_once("//! # Features\n").expect("the heading");
    let rows = section.lines().skip_while(|line| !line.starts_with("//! | ---")).skip(1);
    rows.map_while(|line| line.strip_prefix("//! | `"))
        .map(|row| {
            let (name, rest) = row.split_once("` | ").expect("a name");
            let (default, _) = rest.split_once(" | ").expect("a default");
            assert!(["yes", "no"].contains(&default), "`{name}` is on by default: {default}");
            (name, default == "yes")
        })
        .collect()
}

#[test]
fn every_feature_is_documented() {
    let declared = declared();
    assert!(declared["macros"] && !declared["process"], "{declared:?}");
    assert_eq!(documented(), declared);
}

/// A program with worker processes pays nothing for remote tasks, and any other only for those.
#[test]
fn remote_tasks_add_no_dependency_to_worker_processes() {
    let line = MANIFEST.lines().find(|line| line.starts_with("remote = ")).expect("the feature");
    assert_eq!(line, r#"remote = ["process", "asyncify-macros?/remote"]"#);
}
