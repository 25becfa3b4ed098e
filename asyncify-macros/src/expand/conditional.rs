//! The call of a function whose parameters carry `#[cfg]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Attribute;

// Input:
//     get(a, #[cfg(unix)] b)
//
// Output:
//     {
//         macro_rules! __sync_to_async_argument2 { ($($a:tt)*) => { get($($a)*) } }
//         #[cfg(all(unix))]
//         macro_rules! __sync_to_async_argument1 {
//             ($($a:tt)*) => { __sync_to_async_argument2!($($a)* b,) }
//         }
//         #[cfg(not(all(unix)))]
//         macro_rules! __sync_to_async_argument1 {
//             ($($a:tt)*) => { __sync_to_async_argument2!($($a)*) }
//         }
//         __sync_to_async_argument1!(a,)
//     }
//
/// The call with these arguments. The compiler removes no argument of a call because of a `#[cfg]`,
/// so each conditional one is added by a macro, of which the compiler removes one of two forms.
pub(super) fn conditional_call(
    arguments: &[(&[Attribute], TokenStream)],
    call_with: &dyn Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    let is_conditional = |(cfgs, _): &(&[Attribute], TokenStream)| !cfgs.is_empty();
    let Some(first) = arguments.iter().position(is_conditional) else {
        let arguments = arguments.iter().map(|(_, argument)| argument);
        return call_with(quote!(#(#arguments),*));
    };
    let (before, rest) = arguments.split_at(first);
    let before = before.iter().map(|(_, argument)| argument);
    let names: Vec<Ident> = (first..=arguments.len())
        .map(|position| {
            format_ident!("__sync_to_async_argument{position}", span = Span::mixed_site())
        })
        .collect();
    let (start, end) = (&names[0], &names[rest.len()]);
    let call = call_with(quote!($($a)*));
    let steps = rest.iter().zip(names.windows(2)).map(|((cfgs, argument), names)| {
        let (name, next) = (&names[0], &names[1]);
        let with = quote!(macro_rules! #name { ($($a:tt)*) => { #next!($($a)* #argument,) } });
        if cfgs.is_empty() {
            return with;
        }
        let condition = cfgs.iter().filter_map(condition);
        let condition = quote!(all(#(#condition),*));
        quote! {
            #[cfg(#condition)]
            #with
            #[cfg(not(#condition))]
            macro_rules! #name { ($($a:tt)*) => { #next!($($a)*) } }
        }
    });
    quote!({
        macro_rules! #end { ($($a:tt)*) => { #call } }
        #(#steps)*
        #start!(#(#before,)*)
    })
}

/// What stands between the parentheses of `#[cfg(..)]`.
fn condition(attr: &Attribute) -> Option<TokenStream> {
    attr.meta.require_list().ok().map(|list| list.tokens.clone())
}
