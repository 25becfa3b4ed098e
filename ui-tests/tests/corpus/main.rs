//! What the attribute says to functions that others wrote.
//!
//! The functions of some published crates are annotated, in each [`Form`] of the attribute, and the
//! crates are checked. Every function is either accepted, so that it compiles and the rest of its
//! crate does, or refused, by errors that lie within that function. Annotated are the free
//! functions and the methods of inherent `impl`s that the crate is built with under its features of
//! the manifest.
//!
//! All functions of a crate are annotated at once, which is one compilation for a form and crate.
//! The forms are those in which the sync function stays, so that its callers are not affected;
//! `plain`, which replaces it, is put on a copy beside it. An early error may hide a later one, as
//! of a borrow. So functions that were refused lose the attribute, and the crate is checked once
//! more, until nothing is refused: each accepted function has passed everything that `cargo check`
//! does.
//!
//! `corpus.txt` holds the counts, and every error that is not in words of ours; to renew it after
//! reading the difference: `UPDATE_EXPECT=1`. The words are those of one compiler, so the
//! comparison is made with that one alone; an error outside of any annotated function, or two at
//! the same tokens, fail the test with all of them.

mod check;
mod function;
mod sources;
mod table;

use std::io::{self, Write};
use std::path::Path;

use expect_test::expect_file;
use function::Form;

/// The compiler whose words `corpus.txt` holds.
const RECORDED: &str = "1.95.0";

#[test]
fn published_functions_are_accepted_or_refused_at_their_own_tokens() {
    let sources = match sources::all() {
        Ok(sources) => sources,
        Err(reason) => return say(&format!("skipped: the sources cannot be had: {reason}")),
    };
    let project = check::Project::new(&sources);
    let mut crates: Vec<_> = sources.iter().map(|source| project.read(source)).collect();
    project.find_built(&mut crates);
    let tables: Vec<_> = Form::ALL.iter().map(|form| project.annotate(*form, &crates)).collect();
    let text: String = tables.iter().map(ToString::to_string).collect();
    for table in &tables {
        say(&table.summary());
    }
    if version().starts_with(RECORDED) {
        expect_file![Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus.txt")].assert_eq(&text);
    } else {
        say("skipped: counts not compared, the compiler is another one");
    }
    let wrong: Vec<_> = tables.iter().flat_map(table::Table::wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn version() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc).arg("--version").output();
    let output = output.expect("rustc can be run");
    let version = String::from_utf8(output.stdout).expect("rustc prints UTF-8");
    version.split(' ').nth(1).expect("rustc prints `rustc VERSION ..`").to_owned()
}

/// Not by `eprintln!`, which is captured.
fn say(line: &str) {
    writeln!(io::stderr(), "{line}").expect("stderr can be written to");
}
