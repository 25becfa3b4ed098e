//! The table of arguments.

use proc_macro2::{Ident, TokenStream};
use syn::{LitStr, Path};

use super::{Ahead, Args, Place, Process, Remote, process, remote};
use crate::diag;
use crate::errors::Errors;

/// The kind of value that an argument takes.
pub(super) enum Kind {
    /// Nothing; with the key.
    Flag(fn(&mut Args, Ident)),
    /// Any expression; kept as tokens, so that completion works in an unfinished one.
    Expression(fn(&mut Args, TokenStream)),
    /// A number from 1 on: a literal, or a constant expression.
    Count(fn(&mut Args, TokenStream)),
    /// A number from 0 on.
    Number(fn(&mut Args, TokenStream)),
    /// As `Count`, or nothing.
    MaybeCount(fn(&mut Args, Option<TokenStream>)),
    /// A `Duration`, or a string that says one.
    Duration(fn(&mut Args, TokenStream)),
    /// A string that makes part of a name.
    Name(fn(&mut Args, LitStr, &mut Errors)),
    /// The path of a crate.
    CratePath(fn(&mut Args, Path)),
    /// A string that is one of these; with the key, and by its position.
    Choice(&'static [&'static str], fn(&mut Args, Ident, usize)),
    /// Nothing, or arguments of its own in parentheses.
    Options(&'static [Row], fn(&mut Args)),
}

pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) example: &'static str,
    pub(super) kind: Kind,
    pub(super) places: &'static [Place],
    /// The help for a misplaced argument.
    pub(super) elsewhere: &'static str,
}

impl Row {
    /// An argument of one function, which is written within another argument's parentheses.
    pub(super) const fn of_function(name: &'static str, example: &'static str, kind: Kind) -> Self {
        Self { name, example, kind, places: &[Place::Function], elsewhere: "" }
    }
}

const EVERYWHERE: &[Place] = &[
    Place::Function,
    Place::InherentImpl,
    Place::TraitImpl,
    Place::Trait,
    Place::Method,
    Place::TraitMethod,
];

pub(super) const TABLE: &[Row] = &[
    Row {
        name: "executor",
        example: "executor = &pool",
        kind: Kind::Expression(|args, value| args.executor = Some(value)),
        places: EVERYWHERE,
        elsewhere: "",
    },
    Row {
        name: "limit",
        example: "limit = 8",
        kind: Kind::Count(|args, value| args.limit = Some(value)),
        places: EVERYWHERE,
        elsewhere: "",
    },
    Row {
        name: "limiter",
        example: "limiter = &LIMITER",
        kind: Kind::Expression(|args, value| args.limiter = Some(value)),
        places: EVERYWHERE,
        elsewhere: "",
    },
    Row {
        name: "timeout",
        example: "timeout = \"500ms\"",
        kind: Kind::Duration(|args, value| args.timeout = Some(value)),
        places: EVERYWHERE,
        elsewhere: "",
    },
    Row {
        name: "runtime",
        example: "runtime = &handle",
        kind: Kind::Expression(|args, value| args.runtime = Some(value)),
        places: EVERYWHERE,
        elsewhere: "",
    },
    Row {
        name: "detach",
        example: "detach",
        kind: Kind::Flag(|args, _| args.detach = true),
        places: EVERYWHERE,
        elsewhere: "",
    },
    Row {
        name: "lend",
        example: "lend",
        kind: Kind::Flag(|args, key| args.lend = Some(key)),
        places: EVERYWHERE,
        elsewhere: "",
    },
    Row {
        name: "in_place",
        example: "in_place",
        kind: Kind::Flag(|args, _| args.in_place = true),
        places: EVERYWHERE,
        elsewhere: "",
    },
    Row {
        name: "boxed",
        example: "boxed",
        kind: Kind::Flag(|args, _| args.boxed = true),
        places: &[Place::TraitImpl, Place::Trait],
        elsewhere: "it belongs on a `trait` and on each `impl` of it",
    },
    Row {
        name: "stream",
        example: "stream = 64",
        kind: Kind::MaybeCount(|args, value| {
            args.stream = Some(value.map_or(Ahead::Any, Ahead::Items));
        }),
        places: &[Place::Function, Place::Method, Place::TraitMethod],
        elsewhere: "it belongs on each function that returns an iterator",
    },
    Row {
        name: "rename",
        example: "rename = \"name\"",
        kind: Kind::Name(|args, value, errors| {
            let text = value.value();
            let (is_associated, plain) = match text.strip_prefix("Self::") {
                Some(plain) => (true, LitStr::new(plain, value.span())),
                None => (false, value),
            };
            args.is_associated = is_associated;
            args.rename = errors.ok(name(&plain));
        }),
        places: &[Place::Function, Place::Method],
        elsewhere: "it belongs on a function; for a whole inherent `impl`, write `suffix = \"_async\"`",
    },
    Row {
        name: "suffix",
        example: "suffix = \"_async\"",
        kind: Kind::Name(|args, value, errors| {
            let probe = LitStr::new(&format!("f{}", value.value()), value.span());
            let valid = match name(&probe) {
                Ok(_) if value.value().is_empty() => Err(diag::same_name(&value)),
                Ok(_) => Ok(value),
                Err(_) => Err(diag::not_a_name(&value, &format!("name{}", value.value()))),
            };
            args.suffix = errors.ok(valid);
        }),
        places: &[Place::InherentImpl],
        elsewhere: "it belongs on an inherent `impl`; on a function, write `rename = \"name\"`",
    },
    Row {
        name: "skip",
        example: "skip",
        kind: Kind::Flag(|args, _| args.skip = true),
        places: &[Place::Method, Place::TraitMethod],
        elsewhere: "it belongs on a method of an annotated `impl` or `trait`",
    },
    Row {
        name: "opt_in",
        example: "opt_in",
        kind: Kind::Flag(|args, _| args.opt_in = true),
        places: &[Place::InherentImpl, Place::TraitImpl, Place::Trait],
        elsewhere: "it belongs on an `impl` or `trait`, of which it selects methods",
    },
    Row {
        name: "process",
        example: "process(timeout = \"30s\")",
        kind: Kind::Options(process::TABLE, |args| args.process = Some(Process::default())),
        places: &[Place::Function],
        elsewhere: "it belongs on a free function",
    },
    Row {
        name: "remote",
        example: "remote(queue = \"images\")",
        kind: Kind::Options(remote::TABLE, |args| args.remote = Some(Remote::default())),
        places: &[Place::Function],
        elsewhere: "it belongs on a free function",
    },
    Row {
        name: "drain",
        example: "drain = \"10s\"",
        kind: Kind::Duration(|args, value| args.drain = Some(value)),
        places: &[Place::Main],
        elsewhere: "",
    },
    Row {
        name: "crate",
        example: "crate = ::asyncify_runtime",
        kind: Kind::CratePath(|args, value| args.krate = Some(value)),
        places: &[
            Place::Function,
            Place::InherentImpl,
            Place::TraitImpl,
            Place::Trait,
            Place::Method,
            Place::TraitMethod,
            Place::Main,
        ],
        elsewhere: "",
    },
];

fn name(value: &LitStr) -> syn::Result<Ident> {
    value.parse().map_err(|_| diag::not_a_name(value, &value.value()))
}
