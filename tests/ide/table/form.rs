//! What is checked of every form of annotated function.

use super::{completes, hints, says};
use crate::check::{Ask, Check, Place};
use crate::forms::Form;

/// What is typed in a body, and which names are then offered. It has neither semicolon nor closing
/// parenthesis, as it is not finished.
const TYPED: [(&str, &str, &[&str]); 5] = [
    ("a local", "let half = loc$0", &["local"]),
    ("a parameter", "tex$0", &["text"]),
    ("an argument of an unclosed call", "let half = usize::max(loc$0", &["local"]),
    ("a method of a local", "let half = local.chec$0", &["checked_add"]),
    ("a path", "let half = std::fs::read_to$0", &["read_to_string"]),
];

/// What is typed in the attribute, and what is then offered.
const OPTIONS: [(&str, &str, &str); 9] = [
    ("an executor", "executor = PO$0, ", "POOL"),
    ("a borrowed executor", "executor = &PO$0, ", "POOL"),
    ("an executor by its path", "executor = &crate::function::PO$0, ", "POOL"),
    ("an executor's method", "executor = &POOL.clo$0, ", "clone"),
    ("a limit", "limit = crate::function::MO$0, ", "MOST"),
    ("a limiter", "limiter = &crate::function::LI$0, ", "LIMITS"),
    ("a runtime", "runtime = &tokio::runtime::Handle::cur$0, ", "current"),
    ("a time-out", "timeout = std::time::Dur$0, ", "Duration"),
    ("the runtime's path", "crate = ::asyncify_ru$0, ", "asyncify_runtime"),
];

/// What can be wrong, and behind which mark it is typed.
const MISTAKES: [(&str, &str, &str); 4] = [
    ("an unknown option", "options", "executer = 1, "),
    ("a parameter without a type", "params", ", broken"),
    ("a parameter that cannot be passed", "params", ", broken: Option<&str>"),
    ("a syntax error", "body", "let = ;\n    "),
];

pub(super) fn checks(form: &Form) -> Vec<Check> {
    let mut checks = finished(form);
    checks.extend(half_typed(form));
    if form.source().contains("static POOL") {
        checks.extend(options(form));
    }
    if form.has("options") {
        let ask = Ask::Reports("unknown argument `executer`");
        let check = Check::new(&form.file(), "error of an unknown option", ask);
        checks.push(check.typed("options", "executer = 1, "));
    }
    for (what, mark, text) in MISTAKES {
        if form.has(mark) {
            checks.extend(beside_mistake(form, what, mark, text));
        }
    }
    checks
}

/// The function and its call, as they stand.
fn finished(form: &Form) -> Vec<Check> {
    let check = |name: &str, ask| Check::new(&form.file(), name, ask);
    let implemented = if form.has("made") { "made" } else { "measure" };
    let mut checks = vec![
        check("no error", Ask::IsClean),
        check("hover on a call", says(Place("measure", 1), form.hover())),
        check("hover on the function", says(Place(implemented, 0), form.hover())),
        check("hover on a local", says(Place("local", 0), ["local: usize"])),
        check("hover on a parameter", says(Place("text", 1), ["text: "])),
        check("definition of a call", Ask::Defines(Place("measure", 1), implemented)),
        check("definition of a parameter", Ask::Defines(Place("text", 1), "text")),
        check("definition of a local", Ask::Defines(Place("local", 1), "local")),
        check("references of the function", Ask::Refers(Place("measure", 0))),
        check("references of a parameter", Ask::Refers(Place("text", 0))),
        check("references of a local", Ask::Refers(Place("local", 1))),
        check("rename the function", Ask::Renames(Place("measure", 1))),
        check("rename a parameter", Ask::Renames(Place("text", 1))),
        check("rename a local", Ask::Renames(Place("local", 0))),
        check("hint on a local of the body", hints(Place("local", 0), "usize")),
        check("hint on the output", hints(Place("output", 0), form.output)),
    ];
    if form.has("keyword") {
        checks.push(check("hover on the keyword", says(Place("keyword", 0), ["```rust\nfn\n"])));
    }
    if form.has("future") {
        checks.push(check("hint on the call", hints(Place("future", 0), form.future)));
    }
    checks
}

/// Unfinished bodies.
fn half_typed(form: &Form) -> Vec<Check> {
    let check = |what: &str, text: &str, ask| {
        Check::new(&form.file(), &format!("complete {what}"), ask).typed("body", text)
    };
    let methods = form.methods();
    let mut checks = vec![
        check("a method of a parameter", "let half = text.$0;", completes(methods)),
        check("a method of a parameter, half typed", "let half = text.$0", completes(methods)),
        check("no name of ours", "let half = $0;", Ask::HidesOurs),
    ];
    for (what, text, names) in TYPED {
        checks.push(check(what, text, completes(names)));
    }
    if form.source().contains("self.unit") {
        checks.push(check("`self.`", "let half = self.$0", completes(&["unit"])));
    }
    checks
}

/// Unfinished options.
fn options(form: &Form) -> Vec<Check> {
    let options = OPTIONS.iter().filter(|(what, ..)| {
        // A stream takes none, so that the value does not come into its expansion.
        !(form.module == "streamed" && *what == "a time-out")
    });
    options
        .map(|(what, text, name)| {
            Check::new(&form.file(), &format!("complete {what}"), completes(&[name]))
                .typed("options", text)
        })
        .collect()
}

/// What works although something else is wrong.
fn beside_mistake(form: &Form, what: &str, mark: &'static str, text: &str) -> Vec<Check> {
    let check = |name: &str, typed: &str, ask| {
        let check = Check::new(&form.file(), &format!("{name} beside {what}"), ask);
        let check = check.typed(mark, text);
        if typed.is_empty() { check } else { check.typed("body", &format!("{typed}\n    ")) }
    };
    // A wrong signature is shown as it was written.
    let hover = match mark {
        "params" => vec!["measure".to_owned(), "Measures a word.".to_owned()],
        _ => form.hover(),
    };
    vec![
        check("hover", "", says(Place("measure", 1), hover)),
        check("definition", "", Ask::Defines(Place("text", 1), "text")),
        check("complete a method", "let half = text.$0", completes(form.methods())),
        check("complete a local", "let half = loc$0", completes(&["local"])),
    ]
}
