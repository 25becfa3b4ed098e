//! The call of a function that stays, from the one that is added to it.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, FnArg, Signature};

use super::conditional::conditional_call;
use super::turbofish;
use crate::analyze::plain_name;
use crate::item::RawFn;
use crate::spans::{blamed_at, unseen};

// Input:
//     fn fetch(&self, (a, b): (u8, u8)) -> u8 { BODY }, "fetch_other"
//
// Output:
//     fn fetch_other(&self, arg1: (u8, u8)) -> u8
//     Self::fetch(self, arg1)
pub(crate) fn forwarded(
    function: &RawFn,
    name: &Ident,
    associated: bool,
) -> (Signature, TokenStream) {
    let mut sig = function.sig.clone();
    sig.ident = name.clone();
    let mut arguments = Vec::new();
    for (position, input) in sig.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                if !matches!(receiver.kind, syn::ReceiverKind::Reference(..)) {
                    receiver.mutability = None;
                }
                arguments.push((Vec::new(), receiver.self_token.to_token_stream()));
            }
            FnArg::Typed(input) => {
                let name = plain_name(input, position).into_token_stream();
                let is_cfg = |attr: &&Attribute| attr.path().is_ident("cfg");
                arguments.push((input.attrs.iter().filter(is_cfg).cloned().collect(), name));
            }
        }
    }
    let (ident, turbofish) = (&function.sig.ident, turbofish(&sig.generics, &[]));
    let path = if associated {
        let scope = unseen(name.span());
        quote_spanned!(scope=> Self::#ident)
    } else {
        let mut ident = ident.clone();
        ident.set_span(blamed_at(ident.span(), name.span()));
        ident.into_token_stream()
    };
    let arguments: Vec<(&[Attribute], _)> =
        arguments.iter().map(|(cfgs, name): &(Vec<_>, _)| (&**cfgs, name.clone())).collect();
    let call = conditional_call(&arguments, &|arguments| {
        let call = quote!(#path #turbofish(#arguments));
        match sig.safety {
            syn::Safety::Unsafe(_) => quote!(unsafe { #call }),
            _ => call,
        }
    });
    (sig, call)
}
