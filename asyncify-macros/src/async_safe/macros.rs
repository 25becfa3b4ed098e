//! The expressions in the input of a macro.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Token};

/// Returns the expressions in the input of a macro, if it is a list of expressions or the arms of a
/// `select!`. Only the macro knows what other input means.
pub(super) fn expressions(call: &Macro) -> Vec<Expr> {
    let input = call.tokens.clone();
    let selects = ["select", "select_biased"];
    if call.path.segments.last().is_some_and(|name| selects.iter().any(|it| name.ident == it)) {
        return parts_of_arms(input);
    }
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    parser.parse2(input).into_iter().flatten().collect()
}

/// Returns the futures and handlers of `pattern = future, if condition => handler`.
fn parts_of_arms(tokens: TokenStream) -> Vec<Expr> {
    let mut parts = vec![TokenStream::new()];
    let mut is_handler = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let part = parts.last_mut().expect("there is always one");
        match &token {
            TokenTree::Punct(punct) if ",;".contains(punct.as_char()) => {
                parts.push(TokenStream::new());
            }
            TokenTree::Punct(punct) if punct.as_char() == '=' => {
                is_handler = punct.spacing() == Spacing::Joint
                    && tokens.next_if(|next| next.to_string() == ">").is_some();
                if is_handler || punct.spacing() == Spacing::Alone {
                    parts.push(TokenStream::new());
                    continue;
                }
                part.extend([token]);
            }
            // A handler in braces needs no comma after it.
            TokenTree::Group(group) if is_handler && group.delimiter() == Delimiter::Brace => {
                part.extend([token]);
                parts.push(TokenStream::new());
            }
            _ => part.extend([token]),
        }
        is_handler = false;
    }
    parts.into_iter().filter_map(|part| syn::parse2(part).ok()).collect()
}
