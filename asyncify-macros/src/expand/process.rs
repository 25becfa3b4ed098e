//! A function whose body runs in another process: a worker of this program, or a remote one.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

use super::{braces, local};
use crate::analyze::{MethodKind, ProcessPlan, Target};
use crate::args::{Process, Remote};
use crate::fallback;
use crate::item::Body;
use crate::spans::{TypeSpans, located};

// Input:
//     fn thumbnail(image: &[u8], mut width: u32) -> Result<Vec<u8>, Error> { BODY }
//
// Output:
//     fn thumbnail(image: &[u8], width: u32)
//         -> impl Future<Output = Result<Vec<u8>, Error>> + Send + use<>
//     {
//         fn thumbnail(image: &[u8], mut width: u32) -> Result<Vec<u8>, Error> { BODY }
//         fn __run(__request: &mut Request<'_>) -> Result<Answer, Refusal> {
//             let __p0 = __request.argument()?;
//             let __p1 = __request.argument()?;
//             __request.end()?;
//             __request.answer(&thumbnail(lend(&__p0), __p1))
//         }
//         static __TASK: Task =
//             Task::new("crate::thumbnail", (file!(), line!(), column!()), __run);
//         submit! { Registration(&__TASK) }
//         let mut __arguments = Arguments::new(&__TASK, options());
//         __arguments.push(image);
//         __arguments.push(&width);
//         call(global(), __arguments)
//     }
//
// A remote one returns a `Call<Result<Vec<u8>, Error>>`. It is registered under its own name as
// well, and the names within are those of `remote::__private`.
pub(crate) fn process(plan: &ProcessPlan) -> TokenStream {
    let ProcessPlan { attrs, vis, sig, original, body, output, .. } = plan;
    let spans = TypeSpans::of(output);
    let mut sig = sig.clone();
    let runtime = &plan.runtime;
    let future = match plan.target {
        Target::Process(_) => quote_spanned! {spans.first=>
            impl ::core::future::Future<Output = #output> + ::core::marker::Send + use<>
        },
        Target::Remote(_) => quote_spanned!(spans.first=> #runtime::remote::Call<#output>),
    };
    sig.output =
        syn::ReturnType::Type(syn::Token![->](spans.first), Box::new(syn::Type::Verbatim(future)));
    // A `Result` that the body does not need is what the caller needs.
    let inner = &plan.inner;
    let inner = original.is_none().then(|| quote!(#[allow(clippy::unnecessary_wraps)] #inner));
    let private = private(plan);
    let run = run(plan);
    let task = task(plan);
    let call = call(plan);
    let block = braces(
        body.span(),
        quote_spanned! {Span::mixed_site()=>
            use #private as __process;
            #inner
            #run
            #task
            #call
        },
    );
    let must_use = quote_spanned!(located(sig.ident.span())=>
        #[must_use = "futures do nothing unless polled"]
    );
    let elsewhere = elsewhere(plan);
    quote! {
        #original
        #[cfg(target_os = "linux")]
        #must_use #(#attrs)* #vis #sig #block
        #elsewhere
    }
}

/// What there is where there are no workers: one error, and a function for its callers. It has no
/// body, as an editor would take the last of two for the one that is meant.
fn elsewhere(plan: &ProcessPlan) -> TokenStream {
    let mut raw = plan.inner.clone();
    raw.attrs.clone_from(&plan.attrs);
    raw.vis = plan.vis.clone();
    raw.sig.ident = plan.sig.ident.clone();
    raw.body = Body::Missing(syn::Token![;](Span::mixed_site()));
    let function = fallback::instead(&raw, MethodKind::Plain);
    let error = match plan.target {
        Target::Process(_) => "worker processes need Linux: `process` cannot be used here",
        Target::Remote(_) => "remote tasks need Linux: `remote` cannot be used here",
    };
    quote! {
        #[cfg(not(target_os = "linux"))]
        #function
        #[cfg(not(target_os = "linux"))]
        ::core::compile_error! { #error }
    }
}

/// The module of the runtime that all of it names.
fn private(plan: &ProcessPlan) -> TokenStream {
    let runtime = &plan.runtime;
    match plan.target {
        Target::Process(_) => quote!(#runtime::process::__private),
        Target::Remote(_) => quote!(#runtime::remote::__private),
    }
}

fn held(position: usize) -> Ident {
    format_ident!("__p{position}", span = Span::mixed_site())
}

/// What the worker runs.
fn run(plan: &ProcessPlan) -> TokenStream {
    let request = local("__request");
    let decoded = plan.params.iter().enumerate().map(|(position, param)| {
        let held = held(position);
        let span = TypeSpans::of(&param.ty).first;
        quote_spanned!(span=> let #held = #request.argument()?;)
    });
    let arguments = plan.params.iter().enumerate().map(|(position, param)| {
        let held = held(position);
        if param.is_lent { quote!(__process::lend(&#held)) } else { held.to_token_stream() }
    });
    let function = &plan.inner.sig.ident;
    let call = quote!(#function(#(#arguments),*));
    let call = match plan.inner.sig.safety {
        syn::Safety::Unsafe(_) => quote!(unsafe { #call }),
        _ => call,
    };
    let spans = TypeSpans::of(&plan.output);
    let result = spans.value(&quote_spanned!(spans.first=> &#call));
    let answer = quote_spanned!(spans.first=> #request.answer(#result));
    quote_spanned! {Span::mixed_site()=>
        fn __run(
            #request: &mut __process::Request<'_>,
        ) -> ::core::result::Result<__process::Answer, __process::Refusal> {
            #(#decoded)*
            #request.end()?;
            #answer
        }
    }
}

/// How the worker finds it.
fn task(plan: &ProcessPlan) -> TokenStream {
    let name = plan.sig.ident.unraw().to_string();
    let path = quote_spanned! {Span::mixed_site()=>
        ::core::concat!(::core::module_path!(), "::", #name)
    };
    let remote = match &plan.target {
        Target::Process(_) => None,
        Target::Remote(Remote { name, .. }) => {
            let name = name.as_ref().map_or_else(|| path.clone(), ToTokens::to_token_stream);
            Some(quote_spanned! {Span::mixed_site()=>
                static __REMOTE: __process::RemoteTask = __process::RemoteTask::new(#name, &__TASK);
                __process::inventory::submit! { __process::RemoteRegistration(&__REMOTE) }
            })
        }
    };
    quote_spanned! {Span::mixed_site()=>
        static __TASK: __process::Task = __process::Task::new(
            #path,
            (::core::file!(), ::core::line!(), ::core::column!()),
            __run,
        );
        __process::inventory::submit! { __process::Registration(&__TASK) }
        #remote
    }
}

/// What the caller does.
fn call(plan: &ProcessPlan) -> TokenStream {
    let arguments = local("__arguments");
    let (task, pool, options) = match &plan.target {
        Target::Process(process) => (quote!(__TASK), pool(process), process_options(process)),
        Target::Remote(remote) => (quote!(__REMOTE), engine(remote), remote_options(remote)),
    };
    let pushed = plan.params.iter().map(|param| {
        let name = &param.name;
        let spans = TypeSpans::of(&param.ty);
        let value = spans.value(&if param.is_lent {
            quote_spanned!(spans.first=> &*#name)
        } else {
            quote_spanned!(spans.first=> &#name)
        });
        quote_spanned!(spans.first=> #arguments.push(#value);)
    });
    let span = TypeSpans::of(&plan.output).first;
    let call = quote_spanned!(span=> __process::call(#arguments));
    quote_spanned! {Span::mixed_site()=>
        let mut #arguments = __process::Arguments::new(&#task, #pool, #options);
        #(#pushed)*
        #call
    }
}

fn pool(process: &Process) -> TokenStream {
    match &process.pool {
        Some(pool) => {
            let span = TypeSpans::of(pool).first;
            let pool = TypeSpans::of(pool).value(pool);
            quote_spanned!(span=> __process::pool(#pool))
        }
        None => quote!(__process::global()),
    }
}

fn engine(remote: &Remote) -> TokenStream {
    match &remote.engine {
        Some(engine) => {
            let span = TypeSpans::of(engine).first;
            let engine = TypeSpans::of(engine).value(engine);
            quote_spanned!(span=> __process::engine(#engine))
        }
        None => quote!(__process::installed()),
    }
}

fn process_options(process: &Process) -> TokenStream {
    let mut options = quote!(__process::Options::new());
    if process.postcard.is_some() {
        options.extend(quote!(.postcard()));
    }
    if let Some(timeout) = &process.timeout {
        options.extend(quote!(.timeout(#timeout)));
    }
    if process.detached {
        options.extend(quote!(.detached()));
    }
    options
}

fn remote_options(remote: &Remote) -> TokenStream {
    let Remote { queue, timeout, retries, backoff, postcard, detached, at_most_once, .. } = remote;
    let mut options = quote!(__process::Options::new());
    if let Some(queue) = queue {
        options.extend(quote!(.queue(#queue)));
    }
    if let Some(timeout) = timeout {
        options.extend(quote!(.timeout(#timeout)));
    }
    if let Some(retries) = retries {
        options.extend(quote!(.retries(#retries)));
    }
    if let Some(backoff) = backoff {
        options.extend(quote!(.backoff(#backoff)));
    }
    if postcard.is_some() {
        options.extend(quote!(.postcard()));
    }
    if *detached {
        options.extend(quote!(.detached()));
    }
    if *at_most_once {
        options.extend(quote!(.at_most_once()));
    }
    options
}
