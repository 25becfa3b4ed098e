//! The arguments within `process(..)`.

use proc_macro2::{Ident, TokenStream};

use super::Args;
use super::table::{Kind, Row};

/// What a worker process is told.
#[derive(Clone, Default)]
pub(crate) struct Process {
    pub(crate) pool: Option<TokenStream>,
    /// An expression of a `Duration`.
    pub(crate) timeout: Option<TokenStream>,
    pub(crate) detached: bool,
    /// The key that asks for this format.
    pub(crate) postcard: Option<Ident>,
}

pub(super) const TABLE: &[Row] = &[
    Row::of_function(
        "pool",
        "pool = &POOL",
        Kind::Expression(|args, value| {
            args.set_process(|process| process.pool = Some(value));
        }),
    ),
    Row::of_function(
        "timeout",
        "timeout = \"30s\"",
        Kind::Duration(|args, value| {
            args.set_process(|process| process.timeout = Some(value));
        }),
    ),
    Row::of_function(
        "on_drop",
        "on_drop = \"detach\"",
        Kind::Choice(&["kill", "detach"], |args, _, choice| {
            args.set_process(|process| process.detached = choice == 1);
        }),
    ),
    Row::of_function(
        "codec",
        "codec = \"postcard\"",
        Kind::Choice(&["messagepack", "postcard"], |args, key, choice| {
            args.set_process(|process| process.postcard = (choice == 1).then_some(key));
        }),
    ),
];

impl Args {
    /// Sets what is within `process(..)`, which is there when its own arguments are applied.
    fn set_process(&mut self, set: impl FnOnce(&mut Process)) {
        if let Some(process) = &mut self.process {
            set(process);
        }
    }
}
