//! Checks what `limit` counts to.

use proc_macro2::{Ident, TokenStream, TokenTree};

use crate::diag;
use crate::errors::Errors;

/// Reports what the count cannot depend on: it is that of one `static`, whatever the types of a
/// call are.
pub(super) fn check(count: &TokenStream, generics: &[Ident], errors: &mut Errors) {
    if let Some(name) = dependence(count, generics) {
        errors.push(diag::dependent_limit(&name));
    }
}

/// The first `Self` or generic parameter that is no part of a longer path.
fn dependence(count: &TokenStream, generics: &[Ident]) -> Option<Ident> {
    let mut is_part = false;
    for token in count.clone() {
        match token {
            TokenTree::Ident(name) if !is_part && (name == "Self" || generics.contains(&name)) => {
                return Some(name);
            }
            TokenTree::Group(group) => {
                if let Some(name) = dependence(&group.stream(), generics) {
                    return Some(name);
                }
            }
            TokenTree::Punct(punct) => {
                is_part = [':', '.'].contains(&punct.as_char());
                continue;
            }
            _ => {}
        }
        is_part = false;
    }
    None
}
