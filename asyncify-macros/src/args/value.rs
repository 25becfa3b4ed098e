//! Judges the value of one argument, by the row of the table that it belongs to.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::{LitStr, Path};

use super::raw::RawArg;
use super::table::{Kind, Row};
use super::{Args, Place, apply_all, duration, similar};
use crate::diag;
use crate::errors::Errors;

impl Row {
    pub(super) fn apply(&self, raw: RawArg, place: Place, args: &mut Args, errors: &mut Errors) {
        let RawArg { key, equals, value } = raw;
        let value = (!value.is_empty()).then_some(value);
        match (&self.kind, value) {
            (Kind::Flag(set), None) => set(args, key),
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
            (Kind::Number(set), Some(value)) => match syn::parse2(value.clone()) {
                Ok(syn::Lit::Int(number)) if number.base10_digits().starts_with('-') => {
                    errors.push(diag::below_zero(value, &key));
                }
                Err(_) | Ok(syn::Lit::Int(_)) => set(args, value),
                Ok(_) => errors.push(self.wrong_value("an integer", value)),
            },
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

fn not_a_choice(text: &LitStr, choices: &[&str]) -> syn::Error {
    let choices: Vec<_> = choices.iter().map(|choice| format!("`\"{choice}\"`")).collect();
    diag::not_a_choice(text, &similar::list(&choices))
}

/// What stands in the parentheses, if that is all there is.
pub(super) fn in_parentheses(value: &TokenStream) -> Option<TokenStream> {
    let mut tokens = value.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Parenthesis => {
            Some(group.stream())
        }
        _ => None,
    }
}
