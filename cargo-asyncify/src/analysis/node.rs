//! The nodes of the call graph, and the calls that its edges are made of.

use ra_ap_hir::{Function, Static};
use ra_ap_syntax::{TextRange, ast};
use ra_ap_vfs::FileId;

use super::rules::RuleId;
use super::types::Env;

/// When code runs, seen from the function that it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    /// When the function is called.
    Sync,
    /// When a future is polled.
    Async,
    /// On a thread on which it may block.
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Context {
    pub(super) mode: Mode,
    /// It is not known whether the code runs.
    pub(super) may: bool,
    /// The code runs again, or later than the code around it.
    pub(super) again: bool,
}

impl Context {
    pub(super) fn new(mode: Mode) -> Self {
        Self { mode, may: false, again: false }
    }

    /// A future: somebody polls it, whether or not what makes it is certain to run.
    pub(super) fn polled(self) -> Self {
        Self { mode: Mode::Async, may: false, ..self }
    }

    pub(super) fn again(self) -> Self {
        Self { again: true, ..self }
    }

    pub(super) fn may(self) -> Self {
        Self { may: true, ..self }
    }
}

/// What has a body: a function for certain types of its parameters, or an initializer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key<'db> {
    Function(Function, Env<'db>),
    Static(Static),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Target {
    /// A listed call.
    Rule(RuleId),
    /// A body, by its index.
    Node(usize),
}

/// A call that blocks, or may lead to one.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) context: Context,
    pub(super) file: FileId,
    pub(super) range: TextRange,
    pub(super) target: Target,
    pub(super) called: String,
    /// The call itself, unless it is made by a macro.
    pub(super) expr: Option<ast::Expr>,
}

impl Site {
    pub(super) fn node(&self) -> Option<usize> {
        match self.target {
            Target::Node(node) => Some(node),
            Target::Rule(_) => None,
        }
    }
}
