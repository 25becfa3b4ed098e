//! Parses and checks the arguments of the attribute.
//!
//! Everything about an argument is one row of [`table`]: its name, its kind of value, where it may
//! stand and what it sets. Those within `process(..)` and `remote(..)` have tables of their own, in
//! [`process`] and [`remote`].
//! What may not stand beside each other is in [`conflicts`].

mod conflicts;
mod duration;
mod features;
pub(crate) mod names;
mod process;
mod raw;
mod remote;
pub(crate) mod similar;
mod table;
mod value;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{LitStr, Path};

use crate::diag;
use crate::errors::Errors;
pub(crate) use process::Process;
pub(crate) use remote::Remote;
use table::{Row, TABLE};

/// The arguments of one attribute, each checked by itself.
#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each flag in the table")]
pub(crate) struct Args {
    pub(crate) executor: Option<TokenStream>,
    pub(crate) limit: Option<TokenStream>,
    pub(crate) limiter: Option<TokenStream>,
    pub(crate) timeout: Option<TokenStream>,
    pub(crate) drain: Option<TokenStream>,
    pub(crate) runtime: Option<TokenStream>,
    pub(crate) detach: bool,
    /// The key itself.
    pub(crate) lend: Option<Ident>,
    pub(crate) in_place: bool,
    pub(crate) boxed: bool,
    pub(crate) stream: Option<Ahead>,
    /// Whether `rename`, `suffix` or `skip` was written, even if with a wrong value or in a wrong
    /// place: the function as written has callers then, and stays.
    pub(crate) keeps_original: bool,
    pub(crate) rename: Option<Ident>,
    /// Whether `rename` says that the function belongs to a type.
    pub(crate) is_associated: bool,
    pub(crate) suffix: Option<LitStr>,
    pub(crate) skip: bool,
    /// Whether an attribute on a block applies to the methods that have it, and no others.
    pub(crate) opt_in: bool,
    pub(crate) process: Option<Process>,
    pub(crate) remote: Option<Remote>,
    pub(crate) krate: Option<Path>,
}

/// How far the iterator of a stream may be ahead of its consumer.
#[derive(Clone)]
pub(crate) enum Ahead {
    /// By as much as the runtime finds right.
    Any,
    /// By at most so many items.
    Items(TokenStream),
}

/// Which attribute it is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Direction {
    ToAsync,
    ToSync,
}

impl Direction {
    /// The attribute's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ToAsync => "sync_to_async",
            Self::ToSync => "async_to_sync",
        }
    }

    fn rows(self) -> Vec<&'static Row> {
        let has = |row: &&Row| match self {
            Self::ToAsync => row.places != [Place::Main],
            Self::ToSync => ["rename", "suffix", "skip", "crate"].contains(&row.name),
        };
        TABLE.iter().filter(has).collect()
    }
}

/// Where the attribute stands.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// A function or method of its own.
    Function,
    InherentImpl,
    TraitImpl,
    Trait,
    /// A method of an annotated inherent `impl`.
    Method,
    /// A method of an annotated `trait` or trait `impl`.
    TraitMethod,
    /// The attribute `main` on a program's entry.
    Main,
}

impl Place {
    fn describe(self) -> &'static str {
        match self {
            Self::Function => "a function",
            Self::InherentImpl => "an `impl` block",
            Self::TraitImpl => "a trait implementation",
            Self::Trait => "a trait",
            Self::Method => "a method",
            Self::TraitMethod => "a method of a trait",
            Self::Main => "`main`",
        }
    }
}

/// Parses the tokens between the parentheses of an attribute. Wrong arguments are reported and
/// left out, so that the function expands without them.
pub(crate) fn parse(
    tokens: TokenStream,
    direction: Direction,
    place: Place,
    errors: &mut Errors,
) -> Args {
    let mut args = Args::default();
    let rows = match place {
        Place::Main => TABLE.iter().filter(|row| row.places.contains(&Place::Main)).collect(),
        _ => direction.rows(),
    };
    let meant = apply_all(tokens, &rows, place, &mut args, errors);
    if args.stream.is_some() {
        // What contradicts it has been reported, and must not be reported once more by the
        // compiler.
        let none = Args { timeout: None, detach: false, lend: None, in_place: false, ..args };
        args = Args { process: None, remote: None, ..none };
    }
    if args.in_place {
        args.lend = None;
    }
    if !cfg!(test) {
        features::check(&meant, &features::FEATURES, &mut args, errors);
    }
    args
}

/// Says whether a function stays as it is with this argument. The methods of a trait are all of one
/// kind, which an argument of a single one does not change.
fn keeps_original(name: &str, place: Place) -> bool {
    match name {
        "skip" => true,
        "rename" | "suffix" => place != Place::TraitMethod,
        _ => false,
    }
}

/// Applies each argument by its row, reports those that exclude each other, and returns which have
/// a row that holds here.
fn apply_all(
    tokens: TokenStream,
    rows: &[&Row],
    place: Place,
    args: &mut Args,
    errors: &mut Errors,
) -> Vec<Ident> {
    let mut seen: Vec<Ident> = Vec::new();
    let mut meant: Vec<Ident> = Vec::new();
    let example = rows.first().map_or("", |row| row.example);
    for raw in raw::split(tokens, example, errors) {
        if seen.contains(&raw.key) {
            errors.push(diag::duplicate_argument(&raw.key));
            continue;
        }
        seen.push(raw.key.clone());
        args.keeps_original |= keeps_original(&raw.key.to_string(), place);
        match rows.iter().find(|row| raw.key == row.name) {
            Some(row) if row.places.contains(&place) => {
                meant.push(raw.key.clone());
                row.apply(raw, place, args, errors);
            }
            Some(row) => {
                let place = place.describe();
                errors.push(diag::misplaced_argument(&raw.key, place, row.elsewhere));
            }
            None => {
                let (similar, error) = similar::unknown(&raw.key, rows, place);
                args.keeps_original |= similar.is_some_and(|name| keeps_original(name, place));
                errors.push(error);
            }
        }
    }
    conflicts::check(&meant, errors);
    meant
}

impl Args {
    /// These arguments with what is unset taken from the block's, as far as the two go together.
    pub(crate) fn or_block(mut self, block: &Self) -> Self {
        let or =
            |own: Option<TokenStream>, block: &Option<TokenStream>| own.or_else(|| block.clone());
        let says_where = self.runs_elsewhere();
        self.in_place |= block.in_place && !says_where;
        if !self.in_place {
            if self.limit.is_none() && self.limiter.is_none() {
                self.limit = block.limit.clone();
                self.limiter = block.limiter.clone();
            }
            self.executor = or(self.executor, &block.executor);
            self.runtime = or(self.runtime, &block.runtime);
            // What is said of the calls around a stream does not mean the stream.
            if self.stream.is_none() {
                self.timeout = or(self.timeout, &block.timeout);
                self.detach |= block.detach;
                self.lend = self.lend.or_else(|| block.lend.clone());
            }
        }
        self.boxed = block.boxed;
        self.krate = self.krate.or_else(|| block.krate.clone());
        self.keeps_original |= block.keeps_original;
        self.suffix.clone_from(&block.suffix);
        self
    }

    /// Whether an argument is set that has a meaning on another thread only.
    fn runs_elsewhere(&self) -> bool {
        let said = [&self.executor, &self.limit, &self.limiter, &self.timeout, &self.runtime];
        self.detach
            || self.lend.is_some()
            || self.stream.is_some()
            || said.iter().any(|value| value.is_some())
    }

    /// The path that generated code finds the runtime by.
    pub(crate) fn runtime_path(&self) -> TokenStream {
        let default = || quote_spanned!(Span::mixed_site()=> ::asyncify_runtime);
        self.krate.as_ref().map_or_else(default, ToTokens::to_token_stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_own_place_excludes_that_of_its_block() {
        let limited = Args { limit: Some(quote::quote!(8)), detach: true, ..Args::default() };
        let in_place = Args { in_place: true, ..Args::default() };
        let method = in_place.clone().or_block(&limited);
        assert!(method.in_place && method.limit.is_none() && !method.detach);
        let method = limited.or_block(&in_place);
        assert!(!method.in_place && method.limit.is_some() && method.detach);
    }
}
