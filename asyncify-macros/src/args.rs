//! Parses and checks the arguments of the attribute.
//!
//! Everything about an argument is one row of [`TABLE`]: its name, its kind of value, where it may
//! stand and what it sets. Those within `process(..)` have a table of their own, in [`process`].
//! What may not stand beside each other is in [`conflicts`].

mod conflicts;
mod duration;
mod process;

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Path, Token};

use crate::diag;
use crate::errors::Errors;
pub(crate) use process::Process;

/// The arguments of one attribute, each checked by itself.
#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each flag in the table")]
pub(crate) struct Args {
    pub(crate) executor: Option<TokenStream>,
    pub(crate) limit: Option<TokenStream>,
    pub(crate) limiter: Option<TokenStream>,
    pub(crate) timeout: Option<TokenStream>,
    pub(crate) runtime: Option<TokenStream>,
    pub(crate) detach: bool,
    pub(crate) lend: bool,
    pub(crate) in_place: bool,
    pub(crate) boxed: bool,
    pub(crate) stream: Option<Ahead>,
    pub(crate) rename: Option<Ident>,
    pub(crate) suffix: Option<LitStr>,
    pub(crate) skip: bool,
    pub(crate) process: Option<Process>,
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
        let has = |row: &&Row| {
            self == Self::ToAsync || ["rename", "suffix", "skip", "crate"].contains(&row.name)
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

/// What may stand behind the `=`.
enum Kind {
    /// Nothing.
    Flag(fn(&mut Args)),
    /// Any expression; kept as tokens, so that completion works in an unfinished one.
    Expression(fn(&mut Args, TokenStream)),
    /// A number from 1 on: a literal, or a constant expression.
    Count(fn(&mut Args, TokenStream)),
    /// The same, or nothing.
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

struct Row {
    name: &'static str,
    example: &'static str,
    kind: Kind,
    places: &'static [Place],
    /// The way out where it is misplaced.
    elsewhere: &'static str,
}

const EVERYWHERE: &[Place] = &[
    Place::Function,
    Place::InherentImpl,
    Place::TraitImpl,
    Place::Trait,
    Place::Method,
    Place::TraitMethod,
];

const TABLE: &[Row] = &[
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
        kind: Kind::Flag(|args| args.detach = true),
        places: EVERYWHERE,
        elsewhere: "",
    },
    Row {
        name: "lend",
        example: "lend",
        kind: Kind::Flag(|args| args.lend = true),
        places: EVERYWHERE,
        elsewhere: "",
    },
    Row {
        name: "in_place",
        example: "in_place",
        kind: Kind::Flag(|args| args.in_place = true),
        places: EVERYWHERE,
        elsewhere: "",
    },
    Row {
        name: "boxed",
        example: "boxed",
        kind: Kind::Flag(|args| args.boxed = true),
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
        kind: Kind::Name(|args, value, errors| args.rename = errors.ok(name(&value))),
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
        kind: Kind::Flag(|args| args.skip = true),
        places: &[Place::Method, Place::TraitMethod],
        elsewhere: "it belongs on a method of an annotated `impl` or `trait`",
    },
    Row {
        name: "process",
        example: "process(timeout = \"30s\")",
        kind: Kind::Options(process::TABLE, |args| args.process = Some(Process::default())),
        places: &[Place::Function],
        elsewhere: "it belongs on a free function",
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

/// One `key` or `key = value`, before anything is known about it.
struct RawArg {
    key: Ident,
    equals: Option<Token![=]>,
    value: TokenStream,
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
    let meant = apply_all(tokens, &direction.rows(), place, &mut args, errors);
    conflicts::check(&meant, errors);
    if args.stream.is_some() {
        // What contradicts it has been reported, and must not be reported once more by the compiler.
        let none = Args { timeout: None, detach: false, lend: false, in_place: false, ..args };
        args = Args { process: None, ..none };
    }
    if !cfg!(test) {
        missing_features(&meant, &FEATURES, &mut args, errors);
    }
    args
}

/// Applies each argument by its row, and says which have one that holds here.
fn apply_all(
    tokens: TokenStream,
    rows: &[&Row],
    place: Place,
    args: &mut Args,
    errors: &mut Errors,
) -> Vec<Ident> {
    let mut seen: Vec<Ident> = Vec::new();
    let mut meant: Vec<Ident> = Vec::new();
    for raw in split(tokens, errors) {
        if seen.contains(&raw.key) {
            errors.push(diag::duplicate_argument(&raw.key));
            continue;
        }
        seen.push(raw.key.clone());
        match rows.iter().find(|row| raw.key == row.name) {
            Some(row) if row.places.contains(&place) => {
                meant.push(raw.key.clone());
                row.apply(raw, place, args, errors);
            }
            Some(row) => {
                let place = place.describe();
                errors.push(diag::misplaced_argument(&raw.key, place, row.elsewhere));
            }
            None => errors.push(unknown(&raw.key, rows, place)),
        }
    }
    meant
}

/// What the runtime was built with; it sets these features of ours.
#[expect(clippy::struct_excessive_bools, reason = "one for each feature")]
struct Features {
    in_place: bool,
    postcard: bool,
    process: bool,
    tokio: bool,
}

const FEATURES: Features = Features {
    in_place: cfg!(feature = "in_place"),
    postcard: cfg!(feature = "postcard"),
    process: cfg!(feature = "process"),
    tokio: cfg!(feature = "tokio"),
};

/// Reports the arguments that need more than that, and leaves out what the runtime has no names
/// for.
fn missing_features(seen: &[Ident], built: &Features, args: &mut Args, errors: &mut Errors) {
    let find = |name: &str| seen.iter().find(|key| *key == name);
    if let (Some(key), false) = (find("in_place"), built.in_place) {
        errors.push(diag::feature_off(key, "in_place"));
    }
    if let (Some(key), false) = (find("runtime"), built.tokio) {
        errors.push(diag::feature_off(key, "tokio"));
        args.runtime = None;
    }
    if let (Some(key), false) = (find("process"), built.process) {
        errors.push(diag::feature_off(key, "process"));
        args.process = None;
    }
    if let (Some(process), false) = (&mut args.process, built.postcard) {
        if let Some(key) = process.postcard.take() {
            errors.push(diag::feature_off(&key, "postcard"));
        }
    }
}

/// Splits at the commas; a value is whatever stands before the next one.
fn split(tokens: TokenStream, errors: &mut Errors) -> Vec<RawArg> {
    let parser = |input: ParseStream<'_>| {
        let mut found = Vec::new();
        while !input.is_empty() {
            if input.peek(Ident::peek_any) {
                let key = input.call(Ident::parse_any)?;
                let equals = input.parse()?;
                let value = until_comma(input)?;
                found.push(Ok(RawArg { key, equals, value }));
            } else {
                found.push(Err(diag::not_an_argument(input.fork().parse::<TokenTree>()?)));
                until_comma(input)?;
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(found)
    };
    let found = errors.ok(parser.parse2(tokens)).unwrap_or_default();
    found.into_iter().filter_map(|arg| errors.ok(arg)).collect()
}

fn until_comma(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}

impl Row {
    fn apply(&self, raw: RawArg, place: Place, args: &mut Args, errors: &mut Errors) {
        let RawArg { key, equals, value } = raw;
        let value = (!value.is_empty()).then_some(value);
        match (&self.kind, value) {
            (Kind::Flag(set), None) => set(args),
            (Kind::Flag(_), Some(value)) => errors.push(diag::needless_value(value, &key)),
            (Kind::Options(_, set), None) if equals.is_none() => set(args),
            (Kind::Options(table, set), Some(value)) => {
                set(args);
                match in_parentheses(&value).filter(|_| equals.is_none()) {
                    Some(options) => {
                        let rows: Vec<_> = table.iter().collect();
                        apply_all(options, &rows, place, args, errors);
                    }
                    None => errors.push(diag::not_options(value, &key, self.example)),
                }
            }
            (Kind::MaybeCount(set), None) if equals.is_none() => set(args, None),
            (_, None) => errors.push(diag::missing_value(&key, self.example)),
            (_, Some(value)) if equals.is_none() => {
                errors.push(diag::missing_equals(value, &key, self.example));
            }
            (Kind::Expression(set), Some(value)) => set(args, value),
            (Kind::Count(set), Some(value)) => {
                if let Some(value) = errors.ok(self.count(value, &key)) {
                    set(args, value);
                }
            }
            (Kind::MaybeCount(set), Some(value)) => {
                if let Some(value) = errors.ok(self.count(value, &key)) {
                    set(args, Some(value));
                }
            }
            (Kind::Duration(set), Some(value)) => match syn::parse2(value.clone()) {
                Ok(syn::Lit::Str(text)) => {
                    if let Some(value) = errors.ok(duration::parse(&text, &key)) {
                        set(args, value);
                    }
                }
                Err(_) => set(args, value),
                Ok(_) => errors.push(self.wrong_value("a string or a `Duration`", value)),
            },
            (Kind::Name(set), Some(value)) => match syn::parse2(value.clone()) {
                Ok(name) => set(args, name, errors),
                Err(_) => errors.push(self.wrong_value("a string", value)),
            },
            (Kind::CratePath(set), Some(value)) => match syn::parse2(value.clone()) {
                Ok(path) if is_absolute(&path) => set(args, path),
                Ok(path) => errors.push(diag::relative_crate_path(path)),
                Err(_) => errors.push(self.wrong_value("a path", value)),
            },
            (Kind::Choice(choices, set), Some(value)) => match syn::parse2::<LitStr>(value.clone())
            {
                Ok(text) => match choices.iter().position(|choice| text.value() == *choice) {
                    Some(choice) => set(args, key, choice),
                    None => errors.push(not_a_choice(&text, choices)),
                },
                Err(_) => errors.push(self.wrong_value("a string", value)),
            },
        }
    }

    fn count(&self, value: TokenStream, key: &Ident) -> syn::Result<TokenStream> {
        match syn::parse2(value.clone()) {
            Ok(syn::Lit::Int(count)) if count.base10_parse::<u128>().is_ok_and(|n| n == 0) => {
                Err(diag::below_one(value, key))
            }
            Ok(syn::Lit::Int(count)) if count.base10_digits().starts_with('-') => {
                Err(diag::below_one(value, key))
            }
            Err(_) | Ok(syn::Lit::Int(_)) => Ok(value),
            Ok(_) => Err(self.wrong_value("an integer", value)),
        }
    }

    fn wrong_value(&self, expected: &str, value: TokenStream) -> syn::Error {
        let found = describe(&value);
        diag::wrong_value(value, expected, found, self.example)
    }
}

/// What a value is, in a word.
fn describe(value: &TokenStream) -> &'static str {
    match syn::parse2::<syn::Lit>(value.clone()) {
        Ok(syn::Lit::Int(_)) => "an integer",
        Ok(syn::Lit::Float(_)) => "a float",
        Ok(syn::Lit::Bool(_)) => "a boolean",
        Ok(syn::Lit::Str(_)) => "a string",
        Ok(_) => "a literal",
        Err(_) if syn::parse2::<Path>(value.clone()).is_ok() => "a path",
        Err(_) => "an expression",
    }
}

/// `::name`, `crate::…` and `$crate::…` mean the same everywhere; other paths do not.
fn is_absolute(path: &Path) -> bool {
    path.leading_colon.is_some()
        || path
            .segments
            .first()
            .is_some_and(|first| first.ident == "crate" || first.ident == "$crate")
}

fn name(value: &LitStr) -> syn::Result<Ident> {
    value.parse().map_err(|_| diag::not_a_name(value, &value.value()))
}

fn not_a_choice(text: &LitStr, choices: &[&str]) -> syn::Error {
    let choices: Vec<_> = choices.iter().map(|choice| format!("`\"{choice}\"`")).collect();
    diag::not_a_choice(text, &list(&choices))
}

/// What stands in the parentheses, if that is all there is.
fn in_parentheses(value: &TokenStream) -> Option<TokenStream> {
    let mut tokens = value.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Parenthesis => {
            Some(group.stream())
        }
        _ => None,
    }
}

fn unknown(key: &Ident, rows: &[&Row], place: Place) -> syn::Error {
    let names: Vec<_> =
        rows.iter().filter(|row| row.places.contains(&place)).map(|row| row.name).collect();
    not_among(key, &names)
}

/// Reports a key that is none of the names, with the one that may be meant.
pub(crate) fn not_among(key: &Ident, names: &[&str]) -> syn::Error {
    let word = key.to_string();
    let similar = names
        .iter()
        .map(|name| (distance(&word, name), *name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min();
    let valid: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    diag::unknown_argument(key, similar.map(|(_, name)| name), &list(&valid))
}

/// `a`, `a and b`, `a, b, and c`.
fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} and {second}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
    }
}

/// Edit distance, by rows of the Levenshtein table.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
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
                self.lend |= block.lend;
            }
        }
        self.boxed = block.boxed;
        self.krate = self.krate.or_else(|| block.krate.clone());
        self.suffix.clone_from(&block.suffix);
        self
    }

    /// Whether an argument has no meaning but on another thread.
    fn runs_elsewhere(&self) -> bool {
        let said = [&self.executor, &self.limit, &self.limiter, &self.timeout, &self.runtime];
        self.detach
            || self.lend
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
    fn arguments_name_the_feature_that_they_need() {
        let key = |name| Ident::new(name, Span::call_site());
        let seen = ["in_place", "runtime", "process"].map(key);
        let mut args = Args {
            runtime: Some(TokenStream::new()),
            process: Some(Process::default()),
            ..Args::default()
        };
        let built = Features { in_place: false, postcard: false, process: false, tokio: false };
        let mut errors = Errors::default();
        missing_features(&seen, &built, &mut args, &mut errors);
        let text = errors.to_tokens().to_string();
        assert!(text.contains("argument `in_place` needs the `in_place` feature"), "{text}");
        assert!(text.contains("argument `runtime` needs the `tokio` feature"), "{text}");
        assert!(text.contains("argument `process` needs the `process` feature"), "{text}");
        assert!(args.runtime.is_none() && args.process.is_none());
    }

    #[test]
    fn formats_name_the_feature_that_they_need() {
        let key = |name| Ident::new(name, Span::call_site());
        let process = Process { postcard: Some(key("codec")), ..Process::default() };
        let mut args = Args { process: Some(process), ..Args::default() };
        let built = Features { in_place: true, postcard: false, process: true, tokio: true };
        let mut errors = Errors::default();
        missing_features(&[key("process")], &built, &mut args, &mut errors);
        let text = errors.to_tokens().to_string();
        assert!(text.contains("argument `codec` needs the `postcard` feature"), "{text}");
        assert!(args.process.is_some_and(|process| process.postcard.is_none()));
    }

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
