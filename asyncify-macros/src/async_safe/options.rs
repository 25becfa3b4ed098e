//! The arguments of the attribute: `deny`, `allow(path, ..)`, `also(path, ..)`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Path, Token};

use crate::args::similar;
use crate::diag;
use crate::errors::Errors;

#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum Level {
    /// A warning, by the lint `deprecated`: a macro can choose the words of no other.
    #[default]
    Warn,
    /// An error.
    Deny,
}

#[derive(Default)]
pub(super) struct Options {
    pub(super) level: Level,
    /// Paths that are not reported, and everything in them.
    pub(super) allow: Vec<Path>,
    /// Paths that are reported in addition.
    pub(super) also: Vec<Path>,
}

impl Options {
    pub(super) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let mut seen: Vec<Ident> = Vec::new();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = options.argument(input, &mut seen) {
                    errors.push(error);
                    while !input.is_empty() && !input.peek(Token![,]) {
                        input.parse::<TokenTree>()?;
                    }
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        let parsed = parser.parse2(tokens);
        errors.ok(parsed);
        options
    }

    /// Returns whether `also` has a path with this word.
    pub(super) fn adds_word(&self, word: &str) -> bool {
        self.also.iter().any(|path| path.segments.last().is_some_and(|last| last.ident == word))
    }

    fn argument(&mut self, input: ParseStream<'_>, seen: &mut Vec<Ident>) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(diag::not_a_lint_argument(input.fork().parse::<TokenTree>()?));
        }
        let key = input.call(Ident::parse_any)?;
        if seen.contains(&key) {
            return Err(diag::duplicate_argument(&key));
        }
        seen.push(key.clone());
        match key.to_string().as_str() {
            "deny" => self.level = Level::Deny,
            "allow" => self.allow = paths(&key, input)?,
            "also" => self.also = paths(&key, input)?,
            _ => return Err(similar::not_among(&key, &["deny", "allow", "also"]).1),
        }
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        Err(diag::needless_value(input.fork().parse::<TokenTree>()?, &key))
    }
}

fn paths(key: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<Path>> {
    if !input.peek(syn::token::Paren) {
        return Err(diag::missing_paths(key));
    }
    let content;
    syn::parenthesized!(content in input);
    if content.is_empty() {
        return Err(diag::missing_paths(key));
    }
    let paths = Punctuated::<Path, Token![,]>::parse_terminated_with(&content, path);
    // Unread input would be another error.
    while !content.is_empty() {
        content.parse::<TokenTree>()?;
    }
    Ok(paths?.into_iter().collect())
}

fn path(input: ParseStream<'_>) -> syn::Result<Path> {
    let token = input.fork().parse::<TokenTree>()?;
    input.call(Path::parse_mod_style).map_err(|_| diag::not_a_path(token))
}
