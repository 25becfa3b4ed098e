//! Turns a checked [`FnPlan`] into tokens; cannot fail.
//!
//! Generated paths start with `::core::` or the runtime's path, and locals have `mixed_site`
//! hygiene, so that neither collides with a user's names. Where a bound of the runtime can fail,
//! the tokens that carry it sit at the type that fails it, in the user's own context.

mod block;
mod body;
mod boxed;
mod capture;
mod conditional;
mod forward;
mod in_place;
mod main_fn;
mod misplaced;
mod options;
mod process;
mod stream;

pub(crate) use block::block;
pub(crate) use body::return_of;
pub(crate) use boxed::signature as boxed_signature;
pub(crate) use forward::forwarded;
pub(crate) use main_fn::main;
pub(crate) use process::process;

use std::borrow::Cow;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ReturnType;

use crate::analyze::{
    BodyPlace, ErrorSource, Flavour, FnPlan, Form, Options, Output, Param, ReceiverPlan, Run,
    parameter_name, parameter_names,
};
use crate::spans::{TypeSpans, located, private};

/// A generated local, which no name of a user can equal.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

// Input:
//     fn sum(path: &Path, mut from: usize) -> usize { BODY }
//
// Output:
//     async fn sum(path: &Path, from: usize) -> usize {
//         let __started = {
//             let __p0 = copy(&*path);
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
    let mut sig = Cow::Borrowed(sig);
    match plan.form {
        Form::AsyncFn | Form::AsyncTrait => {}
        Form::Stream { ref item, .. } => sig.to_mut().output = stream::output(plan, item),
        Form::Future => sig.to_mut().output = future_of(&plan.output, false),
        Form::ImplFuture => sig.to_mut().output = future_of(&plan.output, true),
        Form::Boxed => {
            boxed_signature(sig.to_mut(), &private(&plan.runtime, "Box", plan.span()));
        }
    }
    // The original function comes first: of two, an editor shows the first.
    let (before, body, behind) = match &plan.place {
        BodyPlace::Declared(end) => return quote!(#(#attrs)* #vis #defaultness #sig #end),
        BodyPlace::Closure(body) | BodyPlace::Scoped { body, .. } => (None, body, None),
        BodyPlace::Sibling { method, body, .. } => (None, body, Some(body::sibling(method))),
        BodyPlace::Original { function, body, .. } => (Some(function), body, None),
    };
    let (mut statements, mut allow) = match &plan.run {
        Run::Pool(options) => match &plan.form {
            Form::Stream { ahead, .. } => (stream::body(plan, options, ahead), None),
            _ => (async_body(plan, options), None),
        },
        Run::InPlace => {
            let scope = body::scope(plan);
            let statements = in_place::statements(plan);
            (quote!(#scope #statements), Some(in_place::allowed_lints()))
        }
    };
    if let Form::Future | Form::ImplFuture | Form::Boxed | Form::AsyncTrait = plan.form {
        let block = braces(body.span(), statements);
        statements = quote_spanned!(located(body.span())=> async move #block);
        allow = Some(quote!(#[allow(clippy::async_yields_async)]));
    }
    if let Form::Future = plan.form {
        allow = Some(quote!(#[allow(clippy::async_yields_async, clippy::manual_async_fn)]));
    }
    if let Form::Boxed = plan.form {
        let boxed = private(&plan.runtime, "boxed", plan.span());
        let qualified = capture::allow_qualified(&plan.runtime);
        let future = local("__future");
        statements = quote!(#qualified let #future = #boxed(#statements); #future);
    }
    if let Form::AsyncTrait = plan.form {
        statements = quote!(::std::boxed::Box::pin(#statements));
    }
    // The braces of the user's: without them rustc drops `dead_code` and its like for the function.
    let block = braces(body.span(), statements);
    quote!(#before #allow #(#attrs)* #vis #defaultness #sig #block #behind)
}

/// `T` becomes `impl Future<Output = T>`, with `+ Send` where callers have to be told.
///
/// Located there, it is of this crate's edition, in which it captures every lifetime.
fn future_of(output: &Output, is_send: bool) -> ReturnType {
    let (ty, span) = match output {
        Output::Unit(span) => (quote!(()), *span),
        Output::Never(span) => (quote!(!), *span),
        Output::Type { ty, .. } => (ty.to_token_stream(), TypeSpans::of(ty).first),
    };
    let span = if is_send { span } else { located(span) };
    let arrow = syn::Token![->](span);
    let send = is_send.then(|| quote_spanned!(span=> + ::core::marker::Send));
    ReturnType::Type(
        arrow,
        Box::new(syn::Type::Verbatim(quote_spanned! {span=>
            impl ::core::future::Future<Output = #ty> #send
        })),
    )
}

impl FnPlan {
    /// Where the output is written, or would be.
    fn span(&self) -> Span {
        match &self.output {
            Output::Unit(span) | Output::Never(span) => *span,
            Output::Type { ty, .. } => TypeSpans::of(ty).first,
        }
    }
}

/// What stands between the braces of the async function.
fn async_body(plan: &FnPlan, options: &Options) -> TokenStream {
    let started = local("__started");
    let scope = body::scope(plan);
    let bindings = options::bindings(plan, options);
    let (outer_bindings, bindings) = match options::outlive_the_call(plan, options) {
        true => (Some(bindings), None),
        false => (None, Some(bindings)),
    };
    let lent_slots = capture::lent_slots(plan);
    let captures = capture::all(plan);
    let run = body::closure(plan);
    let start = start(plan, options);
    // Nothing in the inner block outlives the await: the future holds its arguments and the call.
    let result = result(plan, options, &quote!(#started.await));
    let begun = bindings.into_iter().chain([captures, run, start]).collect();
    let begun = braces(Span::call_site(), begun);
    quote! {
        #scope
        #outer_bindings
        #lent_slots
        let #started = #begun;
        #result
    }
}

/// The function's own result, of that of its call.
fn result(plan: &FnPlan, options: &Options, awaited: &TokenStream) -> TokenStream {
    match &plan.output {
        Output::Unit(_) | Output::Never(_) => awaited.clone(),
        Output::Type { .. } if options.timeout.is_none() => quote!(#awaited.take()),
        Output::Type { ty, .. } => {
            let spans = TypeSpans::of(ty);
            let in_time = private(&plan.runtime, "in_time", spans.first);
            let value = spans.value(awaited);
            let result = local("__result");
            let qualified = capture::allow_qualified(&plan.runtime);
            let call = quote_spanned!(located(spans.first)=> #in_time(#value));
            match qualified {
                Some(allow) => quote!(#allow let #result = #call; #result),
                None => call,
            }
        }
    }
}

/// Makes the call and submits it.
fn start(plan: &FnPlan, options: &Options) -> TokenStream {
    let runtime = &plan.runtime;
    let run = local("__run");
    let is_async = plan.flavour == Flavour::Async;
    let (span, call) = match &plan.output {
        Output::Type { ty, error_source, .. } => {
            let spans = TypeSpans::of(ty);
            // All of it sits at the first token of the type, so that the several ways in which a
            // generic output may fail to be `'static` are one error.
            let span = spans.first;
            let witness = if is_async { "witness_async" } else { "witness" };
            let output = match error_source {
                ErrorSource::Runtime => "output",
                ErrorSource::Compiler => "output_generic",
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
    let options = options::start(options, span);
    let start = quote!(#call #options);
    match capture::allow_qualified(runtime) {
        Some(allow) => {
            let running = local("__running");
            quote!(#allow let #running = #start; #running)
        }
        None => start,
    }
}

pub(crate) fn braces(span: Span, tokens: TokenStream) -> TokenStream {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(span);
    group.to_token_stream()
}

/// The arguments that name the generic parameters of a function, where it has some. Those of
/// parameters that are converted are inferred.
pub(crate) fn turbofish(generics: &syn::Generics, params: &[Param]) -> TokenStream {
    let is_converted = |name: &Ident| {
        params
            .iter()
            .any(|param| param.conversion.is_some() && parameter_name(&param.ty) == Some(name))
    };
    let names = parameter_names(generics)
        .into_iter()
        .map(|name| if is_converted(&name) { quote!(_) } else { name.into_token_stream() });
    let names: Vec<_> = names.collect();
    if names.is_empty() { TokenStream::new() } else { quote!(::<#(#names),*>) }
}

/// The receiver as the body's method takes it.
fn receiver_argument(plan: &FnPlan, span: Span) -> Option<TokenStream> {
    match &plan.receiver {
        ReceiverPlan::None => None,
        ReceiverPlan::Some { capture, .. } => {
            Some(capture::stand_in(&local("__self"), *capture, span))
        }
    }
}
