//! What is checked of the types in signatures, and of the values of options: tokens of ours check
//! them, and must not be seen.

use super::says;
use crate::check::{Ask, Check, Place};
use crate::project::File;

/// The marks, and what a hover says of the words behind them.
const WORDS: [(&str, &str); 4] = [
    ("word", "pub struct Word"),
    ("size", "pub struct Size"),
    ("pool", "pub static POOL"),
    ("most", "pub const MOST"),
];

pub(super) fn checks(file: &File) -> Vec<Check> {
    let mut checks = vec![Check::new(file, "no error", Ask::IsClean)];
    for (mark, said) in WORDS {
        let mut check = |what: String, ask| checks.push(Check::new(file, &what, ask));
        for number in 1..file.marked(mark).len() {
            let place = Place(mark, number);
            check(format!("definition of a {mark}, {number}"), Ask::Defines(place, mark));
            check(format!("hover on a {mark}, {number}"), says(place, [said]));
        }
        check(format!("references of a {mark}"), Ask::Refers(Place(mark, 0)));
        check(format!("rename a {mark}"), Ask::Renames(Place(mark, 1)));
    }
    checks
}
