//! What is checked of the names of options.

use crate::check::{Ask, Check};
use crate::forms::Form;

/// The options of `sync_to_async`, but for `crate`, and what a hover says of each.
const TO_ASYNC: [(&str, &str); 16] = [
    ("executor", "the executor to run on"),
    ("limit", "the maximum number of bodies of the function"),
    ("limiter", "a `Limiter` whose limit applies to all functions"),
    ("timeout", "the call returns an error after this time"),
    ("runtime", "the tokio `Handle` in whose context the body runs"),
    ("detach", "even if its future is dropped"),
    ("lend", "accepts `&mut T` and `&mut self`"),
    ("in_place", "runs the body on the caller's thread"),
    ("boxed", "the futures are boxed"),
    ("stream", "returns a `BlockingStream` of the items"),
    ("rename", "adds the async one under this name"),
    ("suffix", "adds async ones whose names end with this suffix"),
    ("skip", "leaves it as it is"),
    ("opt_in", "changes only the functions that have the attribute"),
    ("process", "runs the body in a worker process"),
    ("remote", "makes each call a durable task"),
];

/// Those within `process(..)`.
const PROCESS: [(&str, &str); 4] = [
    ("pool", "the `Pool` of workers to run in"),
    ("timeout", "kills the worker when the body runs longer"),
    ("on_drop", "if the future is dropped"),
    ("codec", "the format of arguments and result"),
];

/// Those within `remote(..)`.
const REMOTE: [(&str, &str); 9] = [
    ("name", "the name of the function in all programs"),
    ("queue", "the queue of the tasks"),
    ("timeout", "limits the time of one attempt"),
    ("retries", "how many attempts may follow"),
    ("backoff", "the time before the second attempt"),
    ("codec", "the format of arguments and result"),
    ("on_drop", "the task continues if the future is dropped"),
    ("at_most_once", "the task never runs twice"),
    ("engine", "the engine that stores the tasks"),
];

/// Those of `async_to_sync`, but for `crate`.
const TO_SYNC: [(&str, &str); 3] = [
    ("rename", "adds the sync one under this name"),
    ("suffix", "adds sync ones whose names"),
    ("skip", "leaves it as it is"),
];

/// What is typed, and what of.
const TYPED: [(&str, &str); 6] = [
    ("half typed", "exec$0, "),
    ("half typed before a value", "exec$0 = &POOL, "),
    ("half typed as a keyword", "in$0, "),
    ("at an empty place", "$0, "),
    ("after a comma", "limit = 8, $0, "),
    ("from its middle", "time$0out = \"1s\", "),
];

/// Where values stand.
const VALUES: [&str; 3] = ["executor = $0, ", "limit = lim$0, ", "runtime = &$0, "];

pub(super) fn checks(form: &Form) -> Vec<Check> {
    let mut checks = Vec::new();
    if form.has("options") {
        let names = if form.module == "to_sync" { &TO_SYNC[..] } else { &TO_ASYNC };
        checks.extend(offered(form, "an option", "options", names));
        // Nothing is typed yet, and nothing else is there.
        if form.source().contains("/*options*/)") {
            let ask = Ask::Offers(only_names(names));
            let check = Check::new(&form.file(), "complete an option of none", ask);
            checks.push(check.typed("options", "$0"));
        }
        let ask = Ask::ReportsOnly("unknown argument `exec`");
        let check = Check::new(&form.file(), "one error of a half-typed option", ask);
        checks.push(check.typed("options", "exec, "));
    }
    if form.has("own") {
        checks.extend(offered(form, "a method's option", "own", &TO_ASYNC));
    }
    match form.module {
        "function" => {
            checks.extend(explained(form, &TO_ASYNC, |name| format!("{name}, ")));
            checks.extend(explained(form, &PROCESS, |name| format!("process({name}), ")));
            checks.extend(explained(form, &REMOTE, |name| format!("remote({name}), ")));
            checks.extend(within(form, "process", &PROCESS));
            checks.extend(within(form, "remote", &REMOTE));
            checks.extend(of_the_crate(form));
        }
        "to_sync" => checks.extend(explained(form, &TO_SYNC, |name| format!("{name}, "))),
        _ => {}
    }
    checks
}

fn only_names(names: &[(&'static str, &str)]) -> Vec<&'static str> {
    names.iter().map(|(name, _)| *name).collect()
}

/// All names are offered for a name, and none for a value.
fn offered(
    form: &Form,
    what: &str,
    mark: &'static str,
    names: &[(&'static str, &str)],
) -> Vec<Check> {
    let check = |name: &str, text: &str, ask| {
        Check::new(&form.file(), &format!("complete {name}"), ask).typed(mark, text)
    };
    let names = || only_names(names);
    let of_names = TYPED
        .iter()
        .map(|(how, text)| check(&format!("{what}, {how}"), text, Ask::Offers(names())));
    let of_values = VALUES.iter().map(|text| {
        check(&format!("no name of {what} in `{text}`"), text, Ask::Withholds(names()))
    });
    of_names.chain(of_values).collect()
}

fn explained(
    form: &Form,
    names: &[(&'static str, &'static str)],
    typed: impl Fn(&str) -> String,
) -> Vec<Check> {
    names
        .iter()
        .map(|(name, said)| {
            // The cursor is in the name.
            let text = typed(&format!("{}$0{}", &name[..2], &name[2..]));
            let check =
                Check::new(&form.file(), &format!("hover on `{text}`"), Ask::Explains(said));
            check.typed("options", &text)
        })
        .collect()
}

fn within(form: &Form, name: &str, names: &[(&'static str, &str)]) -> Vec<Check> {
    let texts = ["$0", "ti$0", "timeout = \"1s\", $0"].map(|text| format!("{name}({text}), "));
    texts
        .iter()
        .map(|text| {
            let ask = Ask::Offers(only_names(names));
            Check::new(&form.file(), &format!("complete `{text}`"), ask).typed("options", text)
        })
        .collect()
}

fn of_the_crate(form: &Form) -> Vec<Check> {
    let check = |name, text, ask| Check::new(&form.file(), name, ask).typed("options", text);
    vec![
        check("complete `crate`", "cra$0, ", Ask::Completes(vec!["crate"])),
        check(
            "hover on `crate`",
            "cr$0ate = ::asyncify_runtime, ",
            Ask::Explains("where `asyncify_runtime` is found"),
        ),
    ]
}
