//! A function whose iterator becomes a stream.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{ReturnType, Type};

use super::{body, capture, local, options};
use crate::analyze::{FnPlan, Options, Output, types};
use crate::args::Ahead;
use crate::spans::{TypeSpans, private};

/// `impl Iterator<Item = T>` becomes `BlockingStream<T>`, and `Result<impl Iterator<Item = T>, E>`
/// becomes `BlockingStream<Result<T, E>>`.
pub(super) fn output(plan: &FnPlan, item: &TokenStream) -> ReturnType {
    let span = plan.span();
    let stream = private(&plan.runtime, "BlockingStream", span);
    let ty = quote_spanned!(span=> #stream<#item>);
    ReturnType::Type(syn::Token![->](span), Box::new(Type::Verbatim(ty)))
}

// Input:
//     fn entries(root: &Path) -> impl Iterator<Item = Entry> { BODY }
//
// Output:
//     {
//         let __p0 = copy(&*root);
//         let __run = move || {
//             let root = __p0.lend();
//             match () { () => BODY }
//         };
//         stream((__run,).0).start()
//     }
pub(super) fn body(plan: &FnPlan, options: &Options, ahead: &Ahead) -> TokenStream {
    let scope = body::scope(plan);
    let bindings = options::bindings(plan, options);
    let captures = capture::all(plan);
    let run = body::closure(plan);
    let span = plan.span();
    let name = local("__run");
    let mut check = None;
    let (stream, made) = match &plan.output {
        Output::Type { ty, .. } => {
            let mut ty = types::peel(ty).clone();
            match types::fallible(&mut ty) {
                Some(items) => ("fallible_stream", TypeSpans::of(items).value(&quote!(#name))),
                None => {
                    check = matches!(ty, Type::Path(_)).then(|| refuse_alias_of_result(plan, &ty));
                    ("stream", TypeSpans::of(&ty).value(&quote!(#name)))
                }
            }
        }
        _ => ("stream", quote!(#name)),
    };
    let stream = private(&plan.runtime, stream, span);
    let place = options::place(options, span);
    let ahead = match ahead {
        Ahead::Any => None,
        Ahead::Items(count) => {
            let count = TypeSpans::of(count).value(count);
            Some(quote_spanned!(span=> .ahead(#count)))
        }
    };
    let call = quote_spanned!(span=> #stream(#made) #place #ahead .start());
    let call = match capture::allow_qualified(&plan.runtime) {
        Some(allow) => {
            let stream = local("__stream");
            quote!(#allow let #stream = #call; #stream)
        }
        None => call,
    };
    quote!(#scope #bindings #captures #run #check #call)
}

// Output:
//     {
//         let __witness = witness(&__run);
//         streamable(&__witness, (__witness.__items(),).0);
//     }
fn refuse_alias_of_result(plan: &FnPlan, ty: &Type) -> TokenStream {
    let span = plan.span();
    let [streamable, witness] =
        ["streamable", "witness"].map(|name| private(&plan.runtime, name, span));
    let (run, value) = (local("__run"), local("__witness"));
    let kind = TypeSpans::of(ty).value(&quote!(#value.__items()));
    quote_spanned! {span=> {
        let #value = #witness(&#run);
        #streamable(&#value, #kind);
    }}
}
