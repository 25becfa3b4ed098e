//! What was found, as it is recorded.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::function::{Form, Function};

/// What the compiler says.
pub(crate) struct Message {
    pub(crate) code: Option<String>,
    pub(crate) words: String,
    pub(crate) rendered: String,
    /// File and line, in the annotated copy.
    pub(crate) place: String,
    /// Where exactly.
    pub(crate) bytes: Vec<(PathBuf, usize, Option<u64>)>,
    /// Whether it blames the attribute, which the user wrote too, but which is not the cause.
    pub(crate) at_attribute: bool,
}

/// One crate under one form.
pub(crate) struct Counts {
    title: String,
    functions: usize,
    refused: usize,
    /// Of the refused ones, those with several errors.
    several: usize,
    /// Errors in the compiler's words: the code, the function and the words.
    foreign: Vec<(String, String, String)>,
    /// Errors that may not be: where, and what is said.
    wrong: Vec<(String, String)>,
}

/// All crates under one form.
pub(crate) struct Table {
    pub(crate) form: Form,
    pub(crate) counts: Vec<Counts>,
}

impl Message {
    /// The error code, where the words are the compiler's.
    fn foreign(&self) -> Option<String> {
        const OURS: [&str; 6] = [
            "cannot be moved to a blocking thread",
            "cannot be lent to a blocking thread",
            "cannot be cloned into the blocking task",
            "cannot be sent back",
            "cannot be lent mutably to a blocking thread",
            "a function with `timeout` cannot return",
        ];
        let is_ours = OURS.iter().any(|words| self.words.contains(words));
        match &self.code {
            Some(_) if is_ours => None,
            Some(code) => Some(code.clone()),
            None if self.words.contains("lifetime may not live long enough") => {
                Some("lifetime".to_owned())
            }
            None => None,
        }
    }
}

impl Counts {
    pub(crate) fn new(title: String, functions: usize) -> Self {
        Self { title, functions, refused: 0, several: 0, foreign: Vec::new(), wrong: Vec::new() }
    }

    /// Records an error that no annotated function holds.
    pub(crate) fn homeless(&mut self, message: Message) {
        let Message { place, rendered, .. } = message;
        let what = format!("{} outside of an annotated function, at {place}", self.title);
        self.wrong.push((what, rendered));
    }

    /// Records the errors of a function.
    pub(crate) fn refused(&mut self, function: &Function, messages: &[Message]) {
        self.refused += 1;
        self.several += usize::from(messages.len() > 1);
        let path = format!("{} {}", function.file.display(), function.name);
        for (position, message) in messages.iter().enumerate() {
            if let Some(mut code) = message.foreign() {
                if message.at_attribute {
                    code.push_str(" at the attribute");
                }
                self.foreign.push((code, path.clone(), message.words.clone()));
            }
            let is_repeated = |other: &&Message| {
                // Several bounds or lifetimes are several causes.
                let are_foreign = message.foreign().is_some() && other.foreign().is_some();
                let is_same = !are_foreign || message.rendered == other.rendered;
                other.bytes == message.bytes && is_same
            };
            if let Some(other) = messages[..position].iter().find(is_repeated) {
                let what = format!("{} {path}: two errors at the same tokens", self.title);
                self.wrong.push((what, format!("{}\n{}", other.rendered, message.rendered)));
            }
        }
    }
}

impl Table {
    pub(crate) fn summary(&self) -> String {
        let sum = |field: fn(&Counts) -> usize| -> usize { self.counts.iter().map(field).sum() };
        let (all, refused) = (sum(|counts| counts.functions), sum(|counts| counts.refused));
        format!(
            "{:?}: {} of {all} functions accepted, {refused} refused, {} of them by several errors",
            self.form,
            all - refused,
            sum(|counts| counts.several),
        )
    }

    /// What may not be, and is not known.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let unknown =
            |(what, _): &&(String, String)| !KNOWN.iter().any(|(known, _)| what.starts_with(known));
        let found = self.counts.iter().flat_map(|counts| &counts.wrong).filter(unknown);
        let mut wrong: Vec<_> =
            found.map(|(what, words)| format!("{:?}: {what}\n{words}", self.form)).collect();
        for (code, function, words) in self.counts.iter().flat_map(|counts| &counts.foreign) {
            if reason(code).is_none() {
                wrong.push(format!(
                    "{:?}: no reason is known for {code} of {function}: {words}",
                    self.form
                ));
            }
        }
        wrong
    }
}

/// Why the compiler's words are left as they are.
const REASONS: [(&str, &str); 10] = [
    ("E0106", "an `async fn` has to name what its output borrows from a type without a lifetime"),
    ("E0277", "of a generic type, for which the compiler proposes the bound that is lacking"),
    ("E0309", "no async function has the bounds that its output implies, by hand neither"),
    ("E0310", "of a generic type, for which the compiler proposes the bound that is lacking"),
    ("E0311", "no async function has the bounds that its output implies, by hand neither"),
    ("E0521", "a function by itself does not show that its `Self` borrows"),
    ("E0599", "a function by itself does not show that its `Self` has no size"),
    ("E0716", "a function by itself does not show that its `Self` borrows"),
    ("E0726", "an `async fn` has to name the lifetimes of its parameters"),
    ("lifetime", "a function by itself does not show that its `Self` borrows"),
];

fn reason(code: &str) -> Option<&'static str> {
    let (known, _) = code.split_once(' ').unwrap_or((code, ""));
    REASONS.iter().find(|(code, _)| *code == known).map(|(_, reason)| *reason)
}

/// Functions with errors that may not be, and why they are left.
const KNOWN: [(&str, &str); 3] = [
    (
        "tar 0.4.46 src/entry.rs from",
        "parameter and output leave out one lifetime, of which the compiler speaks at both",
    ),
    (
        "tar 0.4.46 src/header.rs cast",
        "no async function has the bounds that its output implies, which borrows besides",
    ),
    (
        "tar 0.4.46 src/archive.rs _unpack",
        "its `Self` has no size, which the compiler says beside that it cannot be lent",
    ),
];

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}\n", self.summary())?;
        writeln!(
            f,
            "{:<18}{:>10}{:>10}{:>10}{:>10}",
            "crate", "functions", "accepted", "refused", "several"
        )?;
        for Counts { title, functions, refused, several, .. } in &self.counts {
            let accepted = functions - refused;
            writeln!(f, "{title:<18}{functions:>10}{accepted:>10}{refused:>10}{several:>10}")?;
        }
        let mut by_code = BTreeMap::<_, Vec<_>>::new();
        for counts in &self.counts {
            for (code, function, words) in &counts.foreign {
                by_code.entry(code).or_default().push((&counts.title, function, words));
            }
        }
        for (code, all) in by_code {
            let reason = reason(code).unwrap_or("?");
            writeln!(f, "\n{code}, in the compiler's words: {} ({reason})", all.len())?;
            // There are too many of these to be read, and each names the bound.
            if code == "E0277" {
                continue;
            }
            for (title, function, words) in all {
                writeln!(f, "{title} {function}: {words}")?;
            }
        }
        for (what, _) in self.counts.iter().flat_map(|counts| &counts.wrong) {
            let known = KNOWN.iter().find(|(known, _)| what.starts_with(known));
            writeln!(f, "\nknown: {what} ({})", known.map_or("?", |(_, reason)| reason))?;
        }
        writeln!(f)
    }
}
