//! What is checked of `asyncify!`.

use super::{completes, hints, says};
use crate::check::{Ask, Check, Place};
use crate::project::File;

/// What is typed, and which names are then offered.
const TYPED: [(&str, &str, &[&str]); 18] = [
    ("a path", "asyncify!(std::fs::read_to$0).await;", &["read_to_string"]),
    ("an empty path", "asyncify!(std::fs::$0).await;", &["read_to_string", "write"]),
    ("a function", "asyncify!(meas$0)", &["measure"]),
    ("an argument", "asyncify!(measure(tex$0)).await;", &["text"]),
    ("a borrowed argument", "asyncify!(measure(&tex$0, 3)).await;", &["text"]),
    ("a second argument", "asyncify!(measure(&text, loc$0)).await;", &["local"]),
    ("an argument's method", "asyncify!(measure(&text, local.$0)).await;", &["checked_add"]),
    ("an argument's field", "asyncify!(measure(&text, ruler.$0)).await;", &["unit"]),
    ("a method", "asyncify!(text.$0).await;", &["len", "trim"]),
    ("a method's argument", "asyncify!(text.repeat(loc$0)).await;", &["local"]),
    ("a local of a block", "asyncify!({ let far = text.len(); fa$0 }).await;", &["far"]),
    ("a method in a block", "asyncify!({ text.$0 }).await;", &["len", "trim"]),
    ("a method in half a block", "asyncify!({ let half = text.$0 })", &["len", "trim"]),
    ("a method in a closure", "asyncify!(|| text.$0).await;", &["len", "trim"]),
    ("an argument without a semicolon", "asyncify!(measure(&tex$0))", &["text"]),
    ("an argument of an unclosed call", "asyncify!(measure(&tex$0", &["text"]),
    ("an argument before a syntax error", "asyncify!(measure(&tex$0) 5).await;", &["text"]),
    ("what a call is told", "asyncify!(text.len()).$0", &["executor", "timeout", "spawn"]),
];

pub(super) fn checks(file: &File) -> Vec<Check> {
    let check = |name: &str, ask| Check::new(file, name, ask);
    let called = "fn measure(word: &str, count: usize) -> usize";
    let mut checks = vec![
        check("no error", Ask::IsClean),
        check("hover on the called function", says(Place("measure", 1), [called])),
        check("hover on an argument", says(Place("text", 1), ["text: String"])),
        check("hover in a block", says(Place("inner", 0), ["inner: usize"])),
        check("definition of the called function", Ask::Defines(Place("measure", 1), "measure")),
        check("definition of an argument", Ask::Defines(Place("text", 1), "text")),
        check("definition of a receiver", Ask::Defines(Place("text", 3), "text")),
        check("definition in a block", Ask::Defines(Place("text", 2), "text")),
        check("references of an argument", Ask::Refers(Place("text", 0))),
        check("rename an argument", Ask::Renames(Place("text", 1))),
        check("rename a local", Ask::Renames(Place("local", 1))),
        check("rename the called function", Ask::Renames(Place("measure", 1))),
        check("hint on the call", hints(Place("future", 0), "BlockingCall<'_, usize>")),
        check("hint on the output", hints(Place("output", 0), "usize")),
        check("hint on a block's output", hints(Place("block", 0), "usize")),
        check("hint in a block", hints(Place("inner", 0), "usize")),
        check("complete no name of ours", Ask::HidesOurs)
            .typed("body", "asyncify!(measure(&text, $0)).await;"),
    ];
    for (what, text, names) in TYPED {
        checks.push(check(&format!("complete {what}"), completes(names)).typed("body", text));
    }
    checks
}
