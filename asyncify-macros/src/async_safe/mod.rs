//! `async_safe`: finds the calls that block in async code.
//!
//! Unlike the other attributes this one has to look into bodies. It reads them as syntax, without
//! types and without the files around them, so it follows a rule: better to miss a call than to blame
//! a right one. [`list`] is what blocks, [`names`] what paths mean, [`values`] what is known of the
//! types of values, [`shapes`] what the way of writing tells. [`walk`] goes through the code,
//! [`check`] judges the calls, [`guards`] the locks that are held over an await, and [`report`] is
//! what the user gets to read.
//!
//! The item is emitted as it stands. Only a warning is written into it, at the start of the function
//! with the call, where the function's own lint levels reach it.

mod check;
mod format;
mod guards;
mod list;
mod macros;
mod names;
mod options;
mod report;
mod shapes;
#[cfg(test)]
mod tests;
mod values;
mod walk;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Item;

use crate::diag;
use crate::errors::Errors;
use options::Options;
use walk::Walk;

pub(crate) fn async_safe(args: TokenStream, tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(args, &mut errors);
    // What does not parse has been reported by rustc, or is newer than this crate.
    let Ok(mut item) = syn::parse2::<Item>(tokens.clone()) else {
        let errors = errors.to_tokens();
        return quote!(#tokens #errors);
    };
    if !matches!(item, Item::Fn(_) | Item::Impl(_) | Item::Trait(_) | Item::Mod(_)) {
        errors.push(diag::nothing_async(first_word(&tokens)));
    }
    let mut walk = Walk::new(list::get(), options);
    walk.item(&mut item);
    let found = walk.found();
    let item = if found.within { item.into_token_stream() } else { tokens };
    for finding in found.beside {
        errors.push(finding.error);
    }
    let errors = errors.to_tokens();
    quote!(#item #errors)
}

/// The keyword that says what an item is, or whatever stands there.
fn first_word(tokens: &TokenStream) -> TokenStream {
    let mut tokens = tokens.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => drop(tokens.next()),
            TokenTree::Ident(word) if word == "pub" => {
                drop(tokens.next_if(|next| matches!(next, TokenTree::Group(_))));
            }
            _ => return token.into(),
        }
    }
    TokenStream::new()
}
