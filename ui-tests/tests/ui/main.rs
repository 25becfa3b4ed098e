//! What the compiler says about wrong code.
//!
//! Each `ui/*/*.rs` is a wrong program, and the `.stderr` beside it holds the compiler's answer.
//! The words are those of one compiler; any other one still has to fail each case at the same
//! lines. To record new words, run with `TRYBUILD=overwrite`, and read what was recorded as a user
//! would.

mod catalogue;
mod compiler;
mod lines;
mod recorded;

use std::ffi::OsStr;
use std::io::{self, Write};

use recorded::Case;

#[test]
fn each_error_says_the_recorded_words() {
    let compiler = compiler::version();
    if compiler == compiler::RECORDED {
        trybuild::TestCases::new().compile_fail("ui/*/*.rs");
    } else {
        // Not by `eprintln!`, which is captured: a comparison that was not made is said aloud.
        let recorded = compiler::RECORDED;
        writeln!(io::stderr(), "skipped: words not compared, rustc {compiler} is not {recorded}")
            .expect("stderr can be written to");
    }
}

/// Where the words are compared, so are the lines; then one case of each folder shows that this
/// check works as well.
#[test]
fn each_error_is_at_the_recorded_line() {
    let mut cases = recorded::all();
    if compiler::version() == compiler::RECORDED {
        cases.dedup_by(|case, kept| case.source.parent() == kept.source.parent());
    }
    let output = lines::check(&cases);
    let missing = lines::missing(&cases, &lines::errors(&output));
    assert!(missing.is_empty(), "{}\n\nthe compiler said:\n{output}", missing.join("\n"));
}

/// A text that no case shows may say anything.
#[test]
fn every_text_has_a_case() {
    let cases = recorded::all();
    let lines: Vec<&str> = cases.iter().flat_map(|case| case.words.lines()).collect();
    let texts = catalogue::all();
    let shown = |text: &&catalogue::Text| !lines.iter().any(|line| text.is_in(line));
    let unseen: Vec<_> =
        texts.iter().filter(shown).map(|text| (text.file.display(), &text.written)).collect();
    assert!(unseen.is_empty(), "{unseen:#?}");
}

#[test]
fn every_case_fails() {
    for Case { source, lines, .. } in recorded::all() {
        assert!(!lines.is_empty(), "{} has no error recorded", source.display());
    }
}

/// An error inside of what the attribute generates would be shown with a line that blames it.
#[test]
fn no_error_blames_the_attribute() {
    let cases = recorded::all();
    let blamed = cases
        .iter()
        .filter(|case| case.words.contains("this error originates in the attribute macro"));
    let names: Vec<_> = blamed.filter_map(|case| case.source.file_stem()).collect();
    assert_eq!(names, Vec::<&OsStr>::new());
}

/// A suggestion that names a check of ours would be applied, and is no bound to write.
///
/// One cannot be kept off: for the `Self` of a trait's default body rustc proposes whatever bound
/// is lacking, and `Clone` by itself would be several errors.
#[test]
fn no_suggestion_names_what_is_hidden_but_one() {
    let cases = recorded::all();
    let is_suggestion = |line: &str| {
        line.split_once(" | ").is_some_and(|(number, code)| {
            number.trim().parse::<u32>().is_ok() && code.contains("__private")
        })
    };
    let wrong = cases.iter().filter(|case| case.words.lines().any(is_suggestion));
    let names: Vec<_> = wrong.filter_map(|case| case.source.file_stem()).collect();
    assert_eq!(names, ["trait_self_without_bounds"]);
}

/// The compiler quotes the standard library only where the component `rust-src` is installed; words
/// that need none are the same on every machine.
#[test]
fn no_error_quotes_the_standard_library() {
    for Case { source, words, .. } in recorded::all() {
        assert!(!words.contains("$RUST"), "an error of {} depends on rust-src", source.display());
    }
}
