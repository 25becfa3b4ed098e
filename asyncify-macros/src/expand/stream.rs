//! A function whose iterator becomes a stream.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{ReturnType, Type};

use super::{body, capture, local, options};
use crate::analyze::{FnPlan, Options};
use crate::args::Ahead;
use crate::spans::{TypeSpans, private};

/// `impl Iterator<Item = T>` becomes `BlockingStream<T>`.
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
//         let __p0 = keep(&*root);
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
    let stream = private(&plan.runtime, "stream", span);
    let name = local("__run");
    let made = match &plan.output {
        crate::analyze::Output::Type { ty, .. } => TypeSpans::of(ty).value(&quote!(#name)),
        _ => quote!(#name),
    };
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
    quote!(#scope #bindings #captures #run #call)
}
