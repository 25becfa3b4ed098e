//! What an editor shows of annotated code: completion, hovers, definitions, references, renames,
//! hints and errors, asked of a real rust-analyzer about a crate on disk.
//!
//! `table` has the checks, and what rust-analyzer cannot do.

mod check;
mod client;
mod examples;
mod forms;
mod project;
mod source;
mod table;

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::json;

use crate::check::Check;
use crate::forms::{FORMS, Form, INLINE, PROGRAM, TYPES};
use crate::project::{File, Project};
use crate::source::position;
use crate::table::LIMITS;

/// The server that the table is about. Others differ in what they can do: that is told, and is no
/// failure.
const RECORDED: &str = "1.95.0";

/// One test for all, as the server takes longer to start than to answer.
#[test]
fn editor_understands_annotated_code() {
    let mut files: Vec<_> = FORMS.iter().map(Form::file).collect();
    files.extend([&INLINE, &PROGRAM, &TYPES].map(|file| File::clone(file)));
    run("forms", &files, &table::checks());
}

/// A project of its own: in one with many more macros, rust-analyzer 1.95 forgets where names of
/// some expansions come from.
#[test]
fn editor_finds_no_error_in_what_compiles() {
    let mut files = examples::all();
    let checks = table::no_errors(&files);
    files.push(FORMS[0].file());
    run("examples", &files, &checks);
}

/// Each limit is one of a check that there is.
#[test]
fn limits_name_checks() {
    let checks: Vec<_> = table::checks().iter().map(ToString::to_string).collect();
    for name in LIMITS.iter().flat_map(|limit| limit.checks) {
        assert!(checks.iter().any(|check| check == name), "there is no check {name}");
    }
}

fn run(name: &str, files: &[File], checks: &[Check]) {
    let _turn = turn();
    let Some(version) = project::server_version() else {
        say("skipped: no rust-analyzer (`rustup component add rust-analyzer rust-src`)");
        return;
    };
    let mut project = open(name, files);
    let mut differences = Vec::new();
    for check in checks {
        let name = check.to_string();
        let limit = LIMITS.iter().find(|limit| limit.checks.contains(&&*name));
        match (check.run(&mut project), limit) {
            (Ok(()), None) | (Err(_), Some(_)) => {}
            (Err(problem), None) => differences.push(format!("{name}: {problem}")),
            (Ok(()), Some(limit)) => {
                differences.push(format!("{name}: works, against `limits`: {}", limit.reason));
            }
        }
    }
    let summary = format!("{} of {} checks differ", differences.len(), checks.len());
    println!("{summary}\n{}", differences.join("\n"));
    if version == RECORDED {
        assert!(differences.is_empty(), "{summary}");
    } else {
        say(&format!("skipped: {summary}, as rust-analyzer {version} is not {RECORDED}"));
    }
}

/// Says something past the capture of the test harness.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// One server at a time: each takes a gigabyte.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A project that has the first form among its files, by which it is seen to be ready.
fn open(name: &str, files: &[File]) -> Project {
    let mut project = Project::open(name, files);
    let first = FORMS[0].file();
    project.show(&first.path, &first.text);
    let call = position(&first.text, first.marked("measure")[1] + 1);
    project.ask_until(&first.path, "hover", &json!({ "position": call }), |answer| {
        answer.to_string().contains("async fn")
    });
    project
}
