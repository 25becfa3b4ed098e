//! The arguments within `process(..)`.

use proc_macro2::{Ident, TokenStream};

use super::table::{Kind, Row};
use super::{Args, Place};

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
    Row {
        name: "pool",
        example: "pool = &POOL",
        kind: Kind::Expression(|args, value| {
            args.set_process(|process| process.pool = Some(value));
        }),
        places: &[Place::Function],
        elsewhere: "",
    },
    Row {
        name: "timeout",
        example: "timeout = \"30s\"",
        kind: Kind::Duration(|args, value| {
            args.set_process(|process| process.timeout = Some(value));
        }),
        places: &[Place::Function],
        elsewhere: "",
    },
    Row {
        name: "on_drop",
        example: "on_drop = \"detach\"",
        kind: Kind::Choice(&["kill", "detach"], |args, _, choice| {
            args.set_process(|process| process.detached = choice == 1);
        }),
        places: &[Place::Function],
        elsewhere: "",
    },
    Row {
        name: "codec",
        example: "codec = \"postcard\"",
        kind: Kind::Choice(&["messagepack", "postcard"], |args, key, choice| {
            args.set_process(|process| process.postcard = (choice == 1).then_some(key));
        }),
        places: &[Place::Function],
        elsewhere: "",
    },
];

impl Args {
    /// Sets what is within `process(..)`, which is there when its own arguments are applied.
    fn set_process(&mut self, set: impl FnOnce(&mut Process)) {
        if let Some(process) = &mut self.process {
            set(process);
        }
    }
}
