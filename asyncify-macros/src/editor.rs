//! Differences between the expansion for an editor and that for the compiler.
//!
//! The compiler reports an error of generated tokens at their span, so tokens that check a type
//! have the span of that type. An editor takes all tokens with the same span for the same token, so
//! a hover over the type would show the generated ones. It reports none of the checks, so for an
//! editor no generated token has the span of a user's token. The tokens are the same, except for
//! the names of arguments, which are [put in front](crate::args::names).

use std::env;
use std::sync::OnceLock;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The identifier with which rust-analyzer replaces code with a syntax error, before it expands the
/// macro. Afterwards it restores the code.
const PLACEHOLDER: &str = "__ra_fixup";

/// Returns whether this process belongs to rust-analyzer, and is not the compiler.
pub(crate) fn expands() -> bool {
    static EXPANDS: OnceLock<bool> = OnceLock::new();
    *EXPANDS.get_or_init(|| {
        let program = env::current_exe().unwrap_or_default();
        let name = program.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("rust-analyzer")
    })
}

/// Puts braces around each body that was replaced because of a syntax error, in the tokens of a
/// function or of the members of a block.
pub(crate) fn with_bodies(tokens: TokenStream) -> TokenStream {
    if expands() { braced(tokens) } else { tokens }
}

fn braced(tokens: TokenStream) -> TokenStream {
    let mut is_path = false;
    let tokens = tokens.into_iter().map(|token| {
        let follows_colon = std::mem::replace(
            &mut is_path,
            matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':'),
        );
        match token {
            // After `::` it replaces a name.
            TokenTree::Ident(ident) if ident == PLACEHOLDER && !follows_colon => {
                // Without its own span: rust-analyzer would remove the braces with it.
                Group::new(Delimiter::Brace, TokenTree::Ident(ident).into()).into()
            }
            other => other,
        }
    });
    tokens.collect()
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn lost_bodies_get_their_braces_back() {
        let tokens = quote! {
            fn first() -> std::__ra_fixup where u8: Copy, __ra_fixup
            fn second(a: u8) -> u8 { a }
            fn third(&self) __ra_fixup
        };
        let expected = quote! {
            fn first() -> std::__ra_fixup where u8: Copy, { __ra_fixup }
            fn second(a: u8) -> u8 { a }
            fn third(&self) { __ra_fixup }
        };
        assert_eq!(braced(tokens).to_string(), expected.to_string());
    }
}
