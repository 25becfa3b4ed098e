//! What holds of every expansion, whatever the input.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use syn::Token;
use syn::parse::Parser;
use syn::punctuated::Punctuated;

use super::generate::{Case, Macro};

/// Expands a case and checks what comes out.
///
/// # Panics
///
/// When the expansion is not the same each time, loses something of the item, or is not Rust though
/// the input is. And when the macro panics.
pub(crate) fn check(case: &Case, expand: impl Fn(&Case) -> TokenStream) {
    let output = expand(case);
    assert_eq!(output.to_string(), expand(case).to_string(), "another output each time");
    if case.called == Macro::Inline {
        if syn::parse2::<syn::Expr>(case.item.clone()).is_ok() {
            let parsed = syn::parse2::<syn::Expr>(output.clone());
            assert!(parsed.is_ok(), "an expression became: {output}");
        }
        return;
    }
    let (before, after) = (bodies(&case.item), bodies(&output));
    for (body, count) in before {
        let left = after.get(&body).copied().unwrap_or_default();
        assert!(left >= count, "of {count} {body}, {left} are left in: {output}");
    }
    // An unfinished expression among the arguments goes to the compiler as it is. Written out, as a
    // group without delimiters hides what is wrong in it.
    let args = case.args.to_string();
    let args = Punctuated::<syn::Meta, Token![,]>::parse_terminated.parse_str(&args);
    if args.is_err() || syn::parse2::<syn::File>(case.item.clone()).is_err() {
        return;
    }
    let parsed = syn::parse2::<syn::File>(output.clone());
    assert!(parsed.is_ok(), "an item became: {output}");
    for name in functions(&case.item) {
        assert!(functions(&output).contains(&name), "`fn {name}` is not in: {output}");
    }
}

/// The marked bodies, and how often each is there.
fn bodies(tokens: &TokenStream) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    visit(tokens, &mut |words| {
        if let [TokenTree::Ident(word), TokenTree::Punct(bang), TokenTree::Group(_)] = words {
            let word = word.to_string();
            if word.starts_with("body") && bang.as_char() == '!' {
                *found.entry(word).or_default() += 1;
            }
        }
    });
    found
}

/// The names behind each `fn`.
fn functions(tokens: &TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    visit(tokens, &mut |words| {
        if let [TokenTree::Ident(word), TokenTree::Ident(name), _] = words {
            if word == "fn" {
                found.push(name.to_string());
            }
        }
    });
    found
}

/// Shows all that stand three in a row, at any depth.
fn visit(tokens: &TokenStream, see: &mut impl FnMut(&[TokenTree])) {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    tokens.windows(3).for_each(&mut *see);
    for token in &tokens {
        if let TokenTree::Group(group) = token {
            visit(&group.stream(), see);
        }
    }
}
