//! What the analysis reports: plain data, without the database that it came from.

use std::path::PathBuf;
use std::str::FromStr;

use serde::Serialize;

/// How certain it is that a call blocks a thread of the event loop, and how much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tier {
    /// Only reached from `main` before it serves.
    StartUp,
    /// Depends on a value that is not known: dynamic dispatch, a generic type, a stored callback.
    MayBlock,
    Blocks,
}

impl Tier {
    pub(crate) const ALL: [Self; 3] = [Self::Blocks, Self::MayBlock, Self::StartUp];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::MayBlock => "may-block",
            Self::StartUp => "start-up",
        }
    }
}

impl FromStr for Tier {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let tier = Self::ALL.into_iter().find(|tier| tier.name() == text);
        tier.ok_or_else(|| format!("unknown tier `{text}`: write blocks, may-block or start-up"))
    }
}

/// How a finding is shown, and whether it fails the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    Note,
    Warning,
    Error,
}

/// A range of a file, in bytes, with the line and column of its start, both from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Location {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// One step from the async function to the call that blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    /// The function that is entered.
    pub(crate) function: String,
    /// The call in it that leads on.
    pub(crate) location: Location,
    /// What that call calls.
    pub(crate) callee: String,
}

/// One edit that makes the call async, or moves it off the event loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fix {
    pub(crate) title: String,
    /// Ranges of the finding's file with their new text, in order, without overlaps.
    pub(crate) edits: Vec<(usize, usize, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) tier: Tier,
    pub(crate) severity: Severity,
    pub(crate) kind: String,
    /// What the call waits for.
    pub(crate) why: String,
    /// What to write instead.
    pub(crate) instead: String,
    /// The package of the async code.
    pub(crate) package: String,
    /// The path of the async function, or of the function with the async block.
    pub(crate) function: String,
    /// The path of the call that blocks, as the list has it.
    pub(crate) callee: String,
    /// The call in async code.
    pub(crate) location: Location,
    /// What is called there.
    pub(crate) called: String,
    /// From there to the call that blocks; empty where the call itself blocks.
    pub(crate) chain: Vec<Hop>,
    pub(crate) fixes: Vec<Fix>,
}

impl Finding {
    pub(crate) fn message(&self) -> String {
        let Self { called, callee, tier, kind, .. } = self;
        if kind == "lock" {
            return format!("guard of `{callee}` is held across an await");
        }
        let verb = match tier {
            Tier::MayBlock => "may block",
            Tier::Blocks | Tier::StartUp => "blocks",
        };
        let tail = if *tier == Tier::StartUp { " while the program starts" } else { "" };
        if self.chain.is_empty() {
            format!("`{callee}` {verb} the thread of the event loop{tail}")
        } else {
            format!("`{called}` {verb} the thread of the event loop{tail}: it calls `{callee}`")
        }
    }
}

/// What was analysed, beside the findings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    /// Functions of the workspace.
    pub(crate) functions: usize,
    /// Functions whose body was read, those of dependencies included.
    pub(crate) bodies: usize,
    /// Calls in async code of the workspace whose callee is not known.
    pub(crate) unresolved: usize,
    /// Calls of procedural macros in async code that were not expanded.
    pub(crate) unexpanded: usize,
    /// Functions that could not be analysed.
    pub(crate) failed: usize,
}
