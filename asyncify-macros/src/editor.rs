//! What an editor needs otherwise than the compiler.
//!
//! The compiler blames what generated tokens do on the place that they carry, so those that check a
//! type sit at that type. An editor takes all tokens of one place for the same word, and would show
//! what ours mean to whoever points at the type. It reports none of our checks; so for an editor
//! no word of ours sits where the user's do. The tokens are the same, but for the names of arguments,
//! which are [put in front](crate::args::names).

use std::env;
use std::sync::OnceLock;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// What rust-analyzer puts in the place of code with a syntax error in it, until it has the
/// expansion. It then puts the code back.
const STAND_IN: &str = "__ra_fixup";

/// Says whether this process is rust-analyzer's, and not the compiler.
pub(crate) fn expands() -> bool {
    static EXPANDS: OnceLock<bool> = OnceLock::new();
    *EXPANDS.get_or_init(|| {
        let program = env::current_exe().unwrap_or_default();
        let name = program.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("rust-analyzer")
    })
}

/// Puts braces around each body that a syntax error took them from, among the tokens of a function
/// or those of a block's members.
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
            // Behind `::` it stands for a name.
            TokenTree::Ident(ident) if ident == STAND_IN && !follows_colon => {
                // Not at its own place: what is there is taken away again.
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
