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
#[cfg(all(test, not(asyncify_library)))]
mod tests;
mod values;
mod walk;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Item;

use crate::analyze::types::has_word;
use crate::diag;
use crate::errors::Errors;
use crate::item::{self, Kind};
use options::Options;
use walk::Walk;

pub(crate) fn async_safe(args: TokenStream, tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(args, &mut errors);
    match item::kind(&tokens.clone().into_iter().collect::<Vec<_>>()) {
        Kind::Other(kind) if kind.to_string() != "mod" => errors.push(diag::nothing_async(kind)),
        _ => {}
    }
    let list = list::get();
    // Where none of its words stands, the code need not be parsed, which takes the most time here.
    let may_block = has_word(tokens.clone(), &|word| {
        let word = word.to_string();
        list.has_word(&word) || options.adds_word(&word)
    });
    // What does not parse has been reported by rustc, or is newer than this crate.
    let parsed = if may_block { syn::parse2::<Item>(tokens.clone()).ok() } else { None };
    let Some(mut item) = parsed else {
        let errors = errors.to_tokens();
        return quote!(#tokens #errors);
    };
    let mut walk = Walk::new(list, options);
    walk.item(&mut item);
    let found = walk.found();
    let item = if found.within { item.into_token_stream() } else { tokens };
    for finding in found.beside {
        errors.push(finding.error);
    }
    let errors = errors.to_tokens();
    quote!(#item #errors)
}
