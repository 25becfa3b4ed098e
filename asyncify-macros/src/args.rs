//! Parses and checks the arguments of the attribute.
//!
//! Everything about an argument is one row of [`TABLE`]: its name, its kind of value, where it may
//! stand and what it sets.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Path, Token};

use crate::diag;
use crate::errors::Errors;

/// The arguments of one attribute, each checked by itself.
#[derive(Clone, Default)]
pub(crate) struct Args {
    pub(crate) executor: Option<TokenStream>,
    pub(crate) rename: Option<Ident>,
    pub(crate) suffix: Option<LitStr>,
    pub(crate) skip: bool,
    pub(crate) krate: Option<Path>,
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
        }
    }
}

/// What may stand behind the `=`.
enum Kind {
    /// Nothing.
    Flag(fn(&mut Args)),
    /// Any expression; kept as tokens, so that completion works in an unfinished one.
    Expression(fn(&mut Args, TokenStream)),
    /// A string that makes part of a name.
    Name(fn(&mut Args, LitStr, &mut Errors)),
    /// The path of a crate.
    CratePath(fn(&mut Args, Path)),
}

struct Row {
    name: &'static str,
    example: &'static str,
    kind: Kind,
    places: &'static [Place],
    /// The way out where it is misplaced.
    elsewhere: &'static str,
}

const TABLE: &[Row] = &[
    Row {
        name: "executor",
        example: "executor = &pool",
        kind: Kind::Expression(|args, value| args.executor = Some(value)),
        places: &[
            Place::Function,
            Place::InherentImpl,
            Place::TraitImpl,
            Place::Trait,
            Place::Method,
            Place::TraitMethod,
        ],
        elsewhere: "",
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
pub(crate) fn parse(tokens: TokenStream, place: Place, errors: &mut Errors) -> Args {
    let mut args = Args::default();
    let mut seen: Vec<Ident> = Vec::new();
    for raw in split(tokens, errors) {
        if seen.contains(&raw.key) {
            errors.push(diag::duplicate_argument(&raw.key));
            continue;
        }
        seen.push(raw.key.clone());
        match TABLE.iter().find(|row| raw.key == row.name) {
            Some(row) if row.places.contains(&place) => row.apply(raw, &mut args, errors),
            Some(row) => {
                let place = place.describe();
                errors.push(diag::misplaced_argument(&raw.key, place, row.elsewhere));
            }
            None => errors.push(unknown(&raw.key, place)),
        }
    }
    if args.skip {
        conflicts_with_skip(&seen, errors);
    }
    args
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
    fn apply(&self, raw: RawArg, args: &mut Args, errors: &mut Errors) {
        let RawArg { key, equals, value } = raw;
        let value = (!value.is_empty()).then_some(value);
        match (&self.kind, value) {
            (Kind::Flag(set), None) => set(args),
            (Kind::Flag(_), Some(value)) => errors.push(diag::needless_value(value, &key)),
            (_, None) => errors.push(diag::missing_value(&key, self.example)),
            (_, Some(value)) if equals.is_none() => {
                errors.push(diag::missing_equals(value, &key, self.example));
            }
            (Kind::Expression(set), Some(value)) => set(args, value),
            (Kind::Name(set), Some(value)) => match syn::parse2(value.clone()) {
                Ok(name) => set(args, name, errors),
                Err(_) => errors.push(self.wrong_value("a string", value)),
            },
            (Kind::CratePath(set), Some(value)) => match syn::parse2(value.clone()) {
                Ok(path) if is_absolute(&path) => set(args, path),
                Ok(path) => errors.push(diag::relative_crate_path(path)),
                Err(_) => errors.push(self.wrong_value("a path", value)),
            },
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

fn conflicts_with_skip(seen: &[Ident], errors: &mut Errors) {
    let why = "a skipped method is left as it is";
    let Some(skip) = seen.iter().position(|key| key == "skip") else { return };
    for (position, other) in seen.iter().enumerate().filter(|(_, key)| *key != "skip") {
        let (earlier, later) =
            if position < skip { (other, &seen[skip]) } else { (&seen[skip], other) };
        errors.push(diag::conflict(later, earlier, why));
    }
}

fn unknown(key: &Ident, place: Place) -> syn::Error {
    let names: Vec<_> =
        TABLE.iter().filter(|row| row.places.contains(&place)).map(|row| row.name).collect();
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
    /// These arguments with what is unset taken from the block's.
    pub(crate) fn or_block(mut self, block: &Self) -> Self {
        self.executor = self.executor.or_else(|| block.executor.clone());
        self.krate = self.krate.or_else(|| block.krate.clone());
        self.suffix.clone_from(&block.suffix);
        self
    }

    /// The path that generated code finds the runtime by.
    pub(crate) fn runtime_path(&self) -> TokenStream {
        let default = || quote_spanned!(Span::mixed_site()=> ::asyncify_runtime);
        self.krate.as_ref().map_or_else(default, ToTokens::to_token_stream)
    }
}
