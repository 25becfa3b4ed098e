//! A body that runs on the thread of its caller.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::capture::{self, held};
use super::{body, local};
use crate::analyze::{Flavour, FnPlan, ReceiverPlan};
use crate::spans::{located, private};

// Input:
//     (rows: &mut Rows, (a, b): (u8, u8)) -> u8 { BODY }
//
// Output:
//     let __p0 = in_place_argument(rows);
//     let __p1 = in_place_argument(arg1);
//     let __run = move || -> u8 {
//         let rows = __p0.take();
//         let (a, b) = __p1.take();
//         match () { () => BODY }
//     };
//     in_place(__run)
//
// Taken by name, a `&mut` would be borrowed once more, and what the body returns could not borrow
// from it.
pub(super) fn statements(plan: &FnPlan) -> TokenStream {
    let runtime = &plan.runtime;
    let qualified = capture::allow_qualified(runtime);
    let here = private(runtime, "in_place_argument", Span::mixed_site());
    let receiver = match &plan.receiver {
        ReceiverPlan::None => None,
        ReceiverPlan::Some { self_token, .. } => {
            let held = local("__self");
            Some(quote!(#qualified let #held = #here(#self_token);))
        }
    };
    let params = plan.params.iter().enumerate().map(|(position, param)| {
        let (cfgs, name, held) = (&param.cfgs, &param.name, held(position));
        let is_unused = name.to_string().starts_with('_');
        let allow = is_unused.then(|| quote!(#[allow(clippy::used_underscore_binding)]));
        quote!(#(#cfgs)* #qualified #allow let #held = #here(#name);)
    });
    let run = body::closure(plan);
    let span = plan.span();
    let function = match plan.flavour {
        Flavour::Sync => "in_place",
        Flavour::Async => "in_place_async",
    };
    let function = private(runtime, function, span);
    let name = local("__run");
    let call = quote_spanned!(located(span)=> #function(#name));
    let result = match &qualified {
        Some(allow) => {
            let result = local("__result");
            quote!(#allow let #result = #call; #result)
        }
        None => call,
    };
    quote!(#receiver #(#params)* #run #result)
}

/// Allows what clippy reports of an async function without an `await`.
pub(super) fn allowed_lints() -> TokenStream {
    let span = Span::mixed_site();
    quote_spanned!(span=> #[allow(clippy::unused_async)])
}
