//! Lint levels of a function whose body is an item of its own.
//!
//! An `#[expect]` that meets nothing is a warning itself. So each lint is expected where it fires,
//! at the signature or in the body, and allowed at the other.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// Lints about what callers see of a function.
const OF_SIGNATURES: &[&str] = &[
    "async_fn_in_trait",
    "dead_code",
    "missing_docs",
    "private_bounds",
    "private_interfaces",
    "unreachable_pub",
    "clippy::fn_params_excessive_bools",
    "clippy::missing_errors_doc",
    "clippy::missing_panics_doc",
    "clippy::missing_safety_doc",
    "clippy::must_use_candidate",
    "clippy::new_ret_no_self",
    "clippy::result_large_err",
    "clippy::result_unit_err",
    "clippy::should_implement_trait",
    "clippy::too_many_arguments",
    "clippy::type_complexity",
    "clippy::wrong_self_convention",
];

/// The lint levels of the async function, whose body is another item.
pub(super) fn of_signature(attrs: &[Attribute], name: &Ident) -> Vec<Attribute> {
    split(attrs, |lint| is_about_signature(lint, name))
}

/// The lint levels of the body.
pub(super) fn of_body(attrs: &[Attribute], name: &Ident) -> Vec<Attribute> {
    split(attrs, |lint| !is_about_signature(lint, name))
}

/// The attributes of a function that is added to the one that was written. Nothing is expected of
/// it, as the one that was written is there to meet it, and the symbol is that one's too.
pub(crate) fn of_counterpart(attrs: &[Attribute]) -> Vec<Attribute> {
    let mut attrs = split(attrs, |_| false);
    attrs.retain(|attr| !names_symbol(&attr.meta));
    attrs
}

/// `#[no_mangle]` and `#[export_name = ".."]`, also as `#[unsafe(..)]`.
fn names_symbol(meta: &Meta) -> bool {
    let inner =
        |list: &syn::MetaList| list.parse_args::<Meta>().is_ok_and(|meta| names_symbol(&meta));
    match meta {
        Meta::List(list) if list.path.is_ident("unsafe") => inner(list),
        meta => ["no_mangle", "export_name"].iter().any(|name| meta.path().is_ident(name)),
    }
}

fn is_about_signature(lint: &str, name: &Ident) -> bool {
    match lint {
        // Of the function's name, or of one in the body.
        "non_snake_case" => name.to_string().contains(char::is_uppercase),
        _ => OF_SIGNATURES.contains(&lint),
    }
}

// Input:
//     #[expect(dead_code, unused_mut, reason = "..")]
//
// Output, where `dead_code` is expected:
//     #[expect(dead_code, reason = "..")]
//     #[allow(unused_mut, reason = "..")]
fn split(attrs: &[Attribute], is_expected: impl Fn(&str) -> bool) -> Vec<Attribute> {
    let mut found = Vec::new();
    for attr in attrs {
        let lints = match attr.path().is_ident("expect") {
            true => attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok(),
            false => None,
        };
        let Some(lints) = lints else {
            found.push(attr.clone());
            continue;
        };
        let (reason, lints): (Vec<_>, Vec<_>) =
            lints.into_iter().partition(|meta| matches!(meta, Meta::NameValue(_)));
        let (expected, others): (Vec<_>, Vec<_>) = lints
            .into_iter()
            .partition(|lint| is_expected(&lint.to_token_stream().to_string().replace(' ', "")));
        for (level, lints) in [("expect", expected), ("allow", others)] {
            if !lints.is_empty() {
                let span = attr.path().segments[0].ident.span();
                let level = Ident::new(level, span);
                found.push(syn::parse_quote!(#[#level(#(#lints,)* #(#reason),*)]));
            }
        }
    }
    found
}
