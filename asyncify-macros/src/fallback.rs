//! Keeps a wrong function alive beside its errors, so that neither its callers nor the editor see
//! more mistakes than there are.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{ReturnType, Token};

use crate::analyze::MethodKind;
use crate::expand;
use crate::item::{Body, RawFn};

/// An item under an attribute that was not built in.
#[cfg(any(not(feature = "async_safe"), all(test, not(asyncify_library))))]
pub(crate) fn without_feature(attribute: &str, mut item: TokenStream) -> TokenStream {
    let what = format!("attribute `{attribute}`");
    let error = crate::diag::without_feature(proc_macro2::Span::call_site(), what, attribute);
    item.extend(error.into_compile_error());
    item
}

// Input:
//     const fn read(buf: &mut [u8]) -> usize { BODY }
//
// Output:
//     async fn read(buf: &mut [u8]) -> usize { BODY }
pub(crate) fn function(raw: &RawFn, kind: MethodKind) -> TokenStream {
    let RawFn { attrs, vis, defaultness, sig, body } = raw;
    // A body of ours uses no parameter.
    let unused = matches!(body, Body::Missing(_)).then(|| quote!(#[allow(unused_variables)]));
    let mut sig = sig.clone();
    sig.constness = None;
    sig.abi = None;
    sig.variadic = None;
    let body = match body {
        Body::Block(body) => body.to_token_stream(),
        Body::Missing(_) => quote!({ loop {} }),
    };
    if kind == MethodKind::Plain {
        sig.asyncness = Some(Token![async](expand::unseen(sig.fn_token.span)));
        return quote!(#(#attrs)* #unused #vis #defaultness #sig #body);
    }
    sig.asyncness = None;
    if kind == MethodKind::Boxed {
        expand::boxed_signature(&mut sig, &quote!(::std::boxed::Box));
        let body = match raw.body {
            Body::Block(_) => quote!({ ::std::boxed::Box::pin(async move #body) }),
            Body::Missing(_) => quote!(;),
        };
        return quote!(#(#attrs)* #vis #defaultness #sig #body);
    }
    let ty = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    sig.output = ReturnType::Default;
    let (head, conditions) = (without_conditions(&sig), &sig.generics.where_clause);
    let body = match raw.body {
        Body::Block(_) => quote!({ async move #body }),
        Body::Missing(_) => quote!(;),
    };
    quote!(#(#attrs)* #vis #defaultness #head -> impl ::core::future::Future<Output = #ty> #conditions #body)
}

fn without_conditions(sig: &syn::Signature) -> syn::Signature {
    let mut sig = sig.clone();
    sig.generics.where_clause = None;
    sig
}
