//! The macros of `asyncify-runtime`, which re-exports them: depend on that crate instead.

#![forbid(unsafe_code)]

mod analyze;
mod args;
mod diag;
mod errors;
mod expand;
mod fallback;
mod inline;
mod item;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn sync_to_async(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(args.into(), item.into()).into()
}

/// What `asyncify_runtime::asyncify!` hands on, behind the path of the runtime crate.
#[doc(hidden)]
#[proc_macro]
pub fn asyncify(input: TokenStream) -> TokenStream {
    inline::asyncify(input.into()).into()
}

fn attribute(
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    // What does not parse has been reported by rustc, or is newer than this crate.
    let Ok(parsed) = item::parse(item.clone()) else { return item };
    let mut errors = errors::Errors::default();
    let tokens = match parsed {
        item::Item::Fn(raw) => function(args, raw, &mut errors),
        item::Item::Block(raw) => block(args, raw, &mut errors),
        item::Item::Other(kind) => {
            errors.push(diag::not_a_function(kind));
            item
        }
    };
    let errors = errors.to_tokens();
    quote::quote!(#tokens #errors)
}

fn function(
    args: proc_macro2::TokenStream,
    mut raw: item::RawFn,
    errors: &mut errors::Errors,
) -> proc_macro2::TokenStream {
    let args = args::parse(args, args::Place::Function, errors);
    for attribute in analyze::take_attributes(&mut raw.attrs) {
        errors.push(diag::duplicate_attribute(attribute));
    }
    match analyze::function(&raw, &args, &analyze::Site::Alone, errors) {
        Some(plan) => expand::function(&plan),
        None => fallback::function(&raw, analyze::MethodKind::Plain),
    }
}

fn block(
    args: proc_macro2::TokenStream,
    mut raw: item::RawBlock,
    errors: &mut errors::Errors,
) -> proc_macro2::TokenStream {
    let args = args::parse(args, raw.place(), errors);
    for attribute in analyze::take_attributes(&mut raw.attrs) {
        errors.push(diag::duplicate_attribute(attribute));
    }
    expand::block(&analyze::block(raw, &args, errors))
}
