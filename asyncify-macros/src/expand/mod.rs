//! Turns a checked [`FnPlan`] into tokens; cannot fail.
//!
//! Names of ours start `::core::` or with the runtime's path; locals have `mixed_site` hygiene, so
//! that no parameter of the user's can meet them. Where a bound of the runtime can fail, the tokens
//! that carry it sit at the type that fails it, in the user's own context.

mod block;
mod body;
mod capture;
mod spans;

pub(crate) use block::block;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ReturnType;

use crate::analyze::{BodyPlace, Flavour, FnPlan, Form, Output, ReceiverPlan, Words};
pub(crate) use spans::{TypeSpans, located, private};

/// A local of ours: no name that a user writes is the same.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

// Input:
//     fn sum(path: &Path, mut from: usize) -> usize { BODY }
//
// Output:
//     async fn sum(path: &Path, from: usize) -> usize {
//         let __started = {
//             let __p0 = keep(&*path);
//             let __p1 = arg(from);
//             let __run = move || -> usize {
//                 let path = __p0.lend();
//                 let mut from = __p1.take();
//                 match () { () => BODY }
//             };
//             call(output(witness(&__run)), __run).start()
//         };
//         __started.await.take()
//     }
pub(crate) fn function(plan: &FnPlan) -> TokenStream {
    let FnPlan { attrs, vis, defaultness, sig, .. } = plan;
    let mut sig = sig.clone();
    if let Form::ImplFuture = plan.form {
        sig.output = future_of(&plan.output);
    }
    // The kept function comes first: an editor takes the first of two for the one that is meant.
    let (before, body, behind) = match &plan.place {
        BodyPlace::Declared => return quote!(#(#attrs)* #vis #defaultness #sig;),
        BodyPlace::Closure(body) | BodyPlace::Scoped { body, .. } => (None, body, None),
        BodyPlace::Sibling { method, body } => (None, body, Some(body::sibling(method))),
        BodyPlace::Kept { function, body, .. } => (Some(function), body, None),
    };
    let mut statements = async_body(plan);
    let mut allow = None;
    if let Form::ImplFuture = plan.form {
        let block = braces(body.span(), statements);
        statements = quote_spanned!(located(body.span())=> async move #block);
        allow = Some(quote!(#[allow(clippy::async_yields_async)]));
    }
    // The braces of the user's: without them rustc drops `dead_code` and its like for the function.
    let block = braces(body.span(), statements);
    quote!(#before #allow #(#attrs)* #vis #defaultness #sig #block #behind)
}

/// `T` becomes `impl Future<Output = T> + Send`.
fn future_of(output: &Output) -> ReturnType {
    let (ty, span) = match output {
        Output::Unit(span) => (quote!(()), *span),
        Output::Never(span) => (quote!(!), *span),
        Output::Type { ty, .. } => (ty.to_token_stream(), TypeSpans::of(ty).first),
    };
    let arrow = syn::Token![->](span);
    ReturnType::Type(
        arrow,
        Box::new(syn::Type::Verbatim(quote_spanned! {span=>
            impl ::core::future::Future<Output = #ty> + ::core::marker::Send
        })),
    )
}

/// What stands between the braces of the async function.
fn async_body(plan: &FnPlan) -> TokenStream {
    let started = local("__started");
    let scope = body::scope(plan);
    let captures = capture::all(plan);
    let run = body::closure(plan);
    let start = start(plan);
    // Nothing in the inner block outlives the await: the future holds its arguments and the call.
    let result = match plan.output {
        Output::Type { .. } => quote!(#started.await.take()),
        Output::Unit(_) | Output::Never(_) => quote!(#started.await),
    };
    quote! {
        #scope
        let #started = { #captures #run #start };
        #result
    }
}

/// Makes the call and submits it.
fn start(plan: &FnPlan) -> TokenStream {
    let runtime = &plan.runtime;
    let run = local("__run");
    let is_async = plan.flavour == Flavour::Async;
    let (span, call) = match &plan.output {
        Output::Type { ty, words, .. } => {
            let spans = TypeSpans::of(ty);
            // All of it sits at the first token of the type, so that the several ways in which a
            // generic output may fail to be `'static` are one error.
            let span = spans.first;
            let witness = if is_async { "witness_async" } else { "witness" };
            let output = match words {
                Words::Ours => "output",
                Words::Compiler => "output_generic",
            };
            let call = if is_async { "call_async" } else { "call" };
            let [witness, output, call] =
                [witness, output, call].map(|name| private(runtime, name, span));
            let value = spans.value(&quote_spanned!(span=> #witness(&#run)));
            (span, quote_spanned!(span=> #call(#output(#value), #run)))
        }
        Output::Unit(span) | Output::Never(span) => {
            let span = *span;
            let call = private(runtime, if is_async { "plain_async" } else { "plain" }, span);
            (span, quote_spanned!(span=> #call(#run)))
        }
    };
    let executor = plan.executor.as_ref().map(|written| {
        let executor = local("__executor");
        let executor = TypeSpans::of(written).value(&quote!(#executor));
        quote_spanned!(span=> .executor(#executor))
    });
    let start = quote_spanned!(span=> #call #executor.start());
    match capture::allow_qualified(runtime) {
        Some(allow) => {
            let running = local("__running");
            quote!(#allow let #running = #start; #running)
        }
        None => start,
    }
}

fn braces(span: Span, tokens: TokenStream) -> TokenStream {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(span);
    group.to_token_stream()
}

/// The arguments that name the generic parameters of a function, where it has some.
fn turbofish(generics: &syn::Generics) -> TokenStream {
    let names = crate::analyze::parameter_names(generics);
    if names.is_empty() { TokenStream::new() } else { quote!(::<#(#names),*>) }
}

/// The receiver as the body's method takes it.
fn receiver_argument(plan: &FnPlan) -> Option<TokenStream> {
    match &plan.receiver {
        ReceiverPlan::None => None,
        ReceiverPlan::Some { capture, .. } => {
            Some(capture::stand_in(&local("__self"), *capture, Span::mixed_site()))
        }
    }
}
