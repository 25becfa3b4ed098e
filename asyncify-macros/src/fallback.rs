//! Replaces a function that was refused, so that its callers and the editor report no more errors
//! than there are mistakes.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ReturnType, Signature, Token, Type};

use crate::analyze::{self, MethodKind, types};
use crate::args::Args;
use crate::expand;
use crate::item::{Body, RawFn};
use crate::spans::{TypeSpans, unseen};

/// An item whose attribute needs a feature that is off.
#[cfg(any(not(feature = "async_safe"), all(test, not(asyncify_library))))]
pub(crate) fn without_feature(attribute: &str, mut item: TokenStream) -> TokenStream {
    let what = format!("attribute `{attribute}`");
    let error = crate::diag::without_feature(Span::call_site(), what, attribute);
    item.extend(error.into_compile_error());
    item
}

/// The replacement of a refused function, with its signature.
pub(crate) fn function(raw: &RawFn, args: &Args, kind: MethodKind, in_block: bool) -> TokenStream {
    if analyze::is_of_async_trait(&raw.sig) {
        return raw.to_token_stream();
    }
    if args.keeps_original {
        return beside(raw, args, kind, in_block);
    }
    let ReturnType::Type(_, ty) = &raw.sig.output else { return instead(raw, kind) };
    match (&args.stream, types::item(ty)) {
        // Of another type, that it is no iterator may be what is wrong.
        (Some(_), Ok(item)) if types::find_opaque(ty).is_some() => stream(raw, args, &item),
        _ => instead(raw, kind),
    }
}

// Input:
//     fn read(buf: &mut [u8]) -> usize { BODY }, rename = "read_async"
//
// Output:
//     fn read(buf: &mut [u8]) -> usize { BODY }
//     fn read_async(buf: &mut [u8]) -> impl Future<Output = usize> { pending() }
//
// Written as an `async fn`, the second one would be asked to name lifetimes that the first one need
// not name. What is returned as an `impl Trait` has to be made by something.
fn beside(raw: &RawFn, args: &Args, kind: MethodKind, in_block: bool) -> TokenStream {
    let RawFn { attrs, vis, defaultness, sig, body } = raw;
    let written = match body {
        Body::Missing(_) if kind == MethodKind::Plain => {
            quote!(#[allow(unused_variables)] #(#attrs)* #vis #defaultness #sig { loop {} })
        }
        _ => raw.to_token_stream(),
    };
    let name = analyze::counterpart_name(&sig.ident, args).filter(|name| *name != sig.ident);
    let (Some(name), None) = (name, &sig.variadic) else { return written };
    let associated = analyze::is_associated(raw, args, in_block);
    let (mut sig, call) = expand::forwarded(raw, &name, associated);
    let awaits = sig.asyncness.is_some().then(|| quote!(.await));
    (sig.constness, sig.abi, sig.asyncness) = (None, None, None);
    let attrs = analyze::of_counterpart(attrs);
    let counterpart = match &sig.output {
        ReturnType::Type(_, ty) if types::is_never(ty) || types::find_opaque(ty).is_some() => {
            quote!(async #sig { #call #awaits })
        }
        _ => {
            // What is wrong with the type itself is told where it is written.
            let span = match &sig.output {
                ReturnType::Default => Span::call_site(),
                ReturnType::Type(_, ty) => unseen(TypeSpans::of(ty).first),
            };
            let sig = returning_future(sig);
            let body = quote_spanned!(span=> { ::core::future::pending() });
            quote!(#sig #body)
        }
    };
    quote!(#written #[allow(unused_variables)] #(#attrs)* #vis #defaultness #counterpart)
}

// Input:
//     fn rows(file: &mut File) -> impl Iterator<Item = Row> { BODY }, stream
//
// Output:
//     fn rows(file: &mut File) -> BlockingStream<Row> { drop(async move { BODY }); loop {} }
fn stream(raw: &RawFn, args: &Args, item: &TokenStream) -> TokenStream {
    let RawFn { attrs, vis, defaultness, sig, body } = raw;
    let mut sig = sig.clone();
    (sig.constness, sig.abi, sig.variadic, sig.asyncness) = (None, None, None, None);
    let runtime = args.runtime_path();
    sig.output = syn::parse_quote!(-> #runtime::__private::BlockingStream<#item>);
    match body {
        Body::Block(body) => quote! {
            #(#attrs)* #vis #defaultness #sig { ::core::mem::drop(async move #body); loop {} }
        },
        Body::Missing(end) => quote!(#(#attrs)* #vis #defaultness #sig #end),
    }
}

// Input:
//     const fn read(buf: &mut [u8]) -> usize { BODY }
//
// Output:
//     async fn read(buf: &mut [u8]) -> usize { BODY }
pub(crate) fn instead(raw: &RawFn, kind: MethodKind) -> TokenStream {
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
        sig.asyncness = Some(Token![async](unseen(sig.fn_token.span)));
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
    let sig = returning_future(sig);
    let body = match raw.body {
        Body::Block(_) => quote!({ async move #body }),
        Body::Missing(_) => quote!(;),
    };
    quote!(#(#attrs)* #vis #defaultness #sig #body)
}

/// `T` becomes `impl Future<Output = T>`.
fn returning_future(mut sig: Signature) -> Signature {
    let ty = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    let future = quote!(impl ::core::future::Future<Output = #ty>);
    sig.output = ReturnType::Type(<Token![->]>::default(), Box::new(Type::Verbatim(future)));
    sig
}
