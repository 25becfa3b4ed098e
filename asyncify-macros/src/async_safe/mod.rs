//! `async_safe`: finds calls that block in async code.
//!
//! Unlike the other attributes, this one looks into bodies. It reads them as syntax, without types
//! and without the files around them, so it follows a rule: a missed call is better than a false
//! report. [`list`] has the calls that block, [`names`] resolves paths, [`values`] infers types,
//! and [`shapes`] knows what the form of the code shows. [`walk`] walks the code, [`check`] checks
//! the calls, [`guards`] checks locks that are held over an await, and [`report`] writes the errors
//! and warnings.
//!
//! The item is emitted unchanged, except that a warning is put at the start of the function that
//! contains the call, where the lint levels of that function apply.

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
    // Code without any listed word is not parsed, as parsing takes most of the time.
    let may_block = has_word(tokens.clone(), &|word| {
        let word = word.to_string();
        list.has_word(&word) || options.adds_word(&word)
    });
    // rustc reports what does not parse, unless it is newer than this crate.
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
