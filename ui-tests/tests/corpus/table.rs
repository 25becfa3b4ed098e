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
    wrong: Vec<String>,
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
            "cannot say that the time is over",
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

impl Message {
    /// Whether a bound is lacking that the compiler proposes to write. Several are several causes.
    fn is_bound(&self) -> bool {
        matches!(self.foreign().as_deref(), Some("E0277" | "E0310"))
    }
}

impl Counts {
    pub(crate) fn new(title: String, functions: usize) -> Self {
        Self { title, functions, refused: 0, several: 0, foreign: Vec::new(), wrong: Vec::new() }
    }

    /// Records an error that no annotated function holds.
    pub(crate) fn homeless(&mut self, message: Message) {
        let Message { place, rendered, .. } = message;
        self.wrong.push(format!(
            "{}: outside of an annotated function, at {place}\n{rendered}",
            self.title
        ));
    }

    /// Records the errors of a function.
    pub(crate) fn refused(&mut self, function: &Function, messages: Vec<Message>) {
        self.refused += 1;
        self.several += usize::from(messages.len() > 1);
        let path = format!("{} {}", function.file.display(), function.name);
        for (position, message) in messages.iter().enumerate() {
            if let Some(code) = message.foreign() {
                self.foreign.push((code, path.clone(), message.words.clone()));
            }
            let is_repeated = |other: &&Message| {
                let are_bounds =
                    message.is_bound() && other.is_bound() && message.words != other.words;
                other.bytes == message.bytes && !are_bounds
            };
            if let Some(other) = messages[..position].iter().find(is_repeated) {
                self.wrong.push(format!(
                    "{}: two errors at the same tokens, of {path}\n{}\n{}",
                    self.title, other.rendered, message.rendered
                ));
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

    /// What may not be.
    pub(crate) fn wrong(&self) -> impl Iterator<Item = String> {
        self.counts
            .iter()
            .flat_map(|counts| &counts.wrong)
            .map(|wrong| format!("{:?}: {wrong}", self.form))
    }
}

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
            writeln!(f, "\n{code}, in the compiler's words: {}", all.len())?;
            for (title, function, words) in all {
                writeln!(f, "{title} {function}: {words}")?;
            }
        }
        writeln!(f)
    }
}
