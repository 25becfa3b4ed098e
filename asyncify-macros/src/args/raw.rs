//! Arguments as syntax, before anything is known about them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};

use crate::diag;
use crate::errors::Errors;

/// One `key` or `key = value`, before anything is known about it.
pub(super) struct RawArg {
    pub(super) key: Ident,
    pub(super) equals: Option<Token![=]>,
    pub(super) value: TokenStream,
}

/// Splits at the commas; a value is whatever stands before the next one. Anything else is
/// reported with an example of an argument.
pub(super) fn split(tokens: TokenStream, example: &str, errors: &mut Errors) -> Vec<RawArg> {
    let parser = |input: ParseStream<'_>| {
        let mut found = Vec::new();
        while !input.is_empty() {
            if input.peek(Ident::peek_any) {
                let key = input.call(Ident::parse_any)?;
                let equals = input.parse()?;
                let value = until_comma(input)?;
                found.push(Ok(RawArg { key, equals, value }));
            } else {
                let token = input.fork().parse::<TokenTree>()?;
                found.push(Err(diag::not_an_argument(token, example)));
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
