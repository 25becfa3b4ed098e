//! The calls that block: the list of the project, and what the user's `asyncify.toml` adds.

mod shared;
mod user;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::finding::Severity;

/// What a call waits for, and what to do about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cause {
    /// A short word to filter by: `fs`, `net`, `sleep` ..
    pub(crate) kind: String,
    pub(crate) why: String,
    pub(crate) instead: String,
    /// Whether the call may be wrapped in `spawn_blocking`.
    pub(crate) wraps: bool,
    /// Whether the call blocks only where an argument is a listed I/O type.
    pub(crate) only_io: bool,
    /// Whether it depends on a value at run time, such as the capacity of a channel.
    pub(crate) may: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    pub(crate) path: String,
    pub(crate) cause: usize,
    pub(crate) replacement: Option<Replacement>,
}

/// The async function to call in the place of a blocking one, with the same arguments.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Replacement {
    pub(crate) path: String,
    /// What follows the await, such as `.unwrap_or(false)`.
    pub(crate) after: String,
}

impl Replacement {
    /// Reads a path, or a call as the list has it: `path(..).await` and what follows.
    fn parse(text: &str) -> Self {
        let (path, after) = text.split_once("(..).await").unwrap_or((text, ""));
        Self { path: path.to_owned(), after: after.to_owned() }
    }
}

/// A finding that the user accepts: calls of `callee` in `function`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Allow {
    pub(crate) function: String,
    pub(crate) callee: String,
}

#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) causes: Vec<Cause>,
    pub(crate) calls: Vec<Rule>,
    /// Methods that lock: only what is held across an await is reported.
    pub(crate) guards: Vec<Rule>,
    /// Types whose iteration waits.
    pub(crate) iterators: Vec<Rule>,
    pub(crate) io_traits: Vec<String>,
    /// Types on which the methods of those traits wait.
    pub(crate) io_types: Vec<Rule>,
    /// Functions whose closures run on another thread.
    pub(crate) offload: Vec<String>,
    pub(crate) offload_macros: Vec<String>,
    pub(crate) offload_attributes: Vec<String>,
    /// Crates all of whose functions run closures on other threads.
    pub(crate) offload_crates: Vec<String>,
    /// Functions that give a future to an executor, which polls it.
    pub(crate) spawn: Vec<String>,
    /// Crates that are not entered.
    pub(crate) trust: Vec<String>,
    pub(crate) allow: Vec<Allow>,
    pub(crate) severity: BTreeMap<String, Severity>,
}

impl List {
    /// Reads the list of the project, and the user's file where there is one.
    pub(crate) fn read(user: Option<&Path>) -> Result<Self> {
        let mut list = Self::default();
        shared::read(&mut list)?;
        if let Some(path) = user {
            user::read(&mut list, path)?;
        }
        Ok(list)
    }

    fn add_cause(&mut self, cause: Cause) -> usize {
        self.causes.push(cause);
        self.causes.len() - 1
    }
}
