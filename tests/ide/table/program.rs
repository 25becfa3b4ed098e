//! What is checked of the entry of a program.

use super::{completes, says};
use crate::check::{Ask, Check, Place};
use crate::project::File;

pub(super) fn checks(file: &File) -> Vec<Check> {
    let check = |name: &str, ask| Check::new(file, name, ask);
    vec![
        check("no error", Ask::IsClean),
        check("hover on the entry", says(Place("measure", 0), ["Begins here."])),
        check("hover on a local", says(Place("local", 0), ["local: usize"])),
        check("definition of a local", Ask::Defines(Place("local", 1), "local")),
        check("rename a local", Ask::Renames(Place("text", 0))),
        check("complete a local", completes(&["local"])).typed("body", "loc$0"),
        check("complete a method", completes(&["len", "trim"])).typed("body", "let half = text.$0"),
        check("complete a method beside an unknown option", completes(&["len", "trim"]))
            .typed("options", "crat = x")
            .typed("body", "let half = text.$0"),
    ]
}
