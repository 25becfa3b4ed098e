//! Moves or copies the arguments on the caller, and binds them again on the pool.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Pat, Type};

use super::local;
use crate::analyze::{
    Capture, Conversion, ConversionKind, ErrorSource, FnPlan, Param, ReceiverPlan, types,
};
use crate::spans::{TypeSpans, located, private};

/// The local that holds one argument between the caller and the body.
pub(crate) fn held(position: usize) -> Ident {
    format_ident!("__p{position}", span = Span::mixed_site())
}

// Input:
//     (&self, path: &Path, (a, b): (u8, u8))
//
// Output:
//     let __self = clone_self(&*self);
//     let __p0 = copy(&*path);
//     let __p1 = arg(arg1);
pub(crate) fn all(plan: &FnPlan) -> TokenStream {
    let runtime = &plan.runtime;
    let qualified = allow_qualified(runtime);
    let receiver = match &plan.receiver {
        ReceiverPlan::None => None,
        ReceiverPlan::Some { capture: Capture::LentMut, .. } => {
            Some(take_value(&local("__self"), &local("__self_slot")))
        }
        ReceiverPlan::Some { self_token, written, capture, error_source, of_definition } => {
            let held = local("__self");
            let checked = match (capture, error_source) {
                (Capture::Lent, _) if *of_definition => "clone_implementor",
                (Capture::Lent, ErrorSource::Runtime) => "clone_self",
                (Capture::Lent, ErrorSource::Compiler) => "clone_generic",
                (_, error_source) => move_check(*error_source),
            };
            let checked = check(runtime, checked, self_token, *capture, TypeSpans::of(written));
            let allow = allowed_lints("self", *capture);
            Some(quote!(#qualified #allow let #held = #checked;))
        }
    };
    let params = plan.params.iter().enumerate().map(|(position, param)| {
        let Param { cfgs, name, ty, capture, .. } = param;
        let held = held(position);
        if *capture == Capture::LentMut {
            let taken = take_value(&held, &lent_slot(position));
            return quote!(#(#cfgs)* #taken);
        }
        if let Some(conversion) = &param.conversion {
            let converted = converted(runtime, param, conversion);
            return quote!(#(#cfgs)* #qualified let #held = #converted;);
        }
        // A `&'static T` moves, but of a bare name rustc would propose to borrow it once more.
        let taken = match types::peel(ty) {
            Type::Reference(reference) if reference.mutability.is_none() => Capture::Lent,
            _ => *capture,
        };
        let checked = check(runtime, check_name(param), name, taken, TypeSpans::of(ty));
        let allow = allowed_lints(&name.to_string(), taken);
        quote!(#(#cfgs)* #qualified #allow let #held = #checked;)
    });
    receiver.into_iter().chain(params).collect()
}

// Input:
//     path: impl AsRef<Path>
//
// Output:
//     copy_as_ref::<Path>(::core::convert::AsRef::as_ref(&path))
fn converted(runtime: &TokenStream, param: &Param, conversion: &Conversion) -> TokenStream {
    let Conversion { kind, target } = conversion;
    let (name, spans) = (&param.name, TypeSpans::of(&param.ty));
    let at = located(spans.first);
    let (check, method) = match kind {
        ConversionKind::AsRef => ("copy_as_ref", quote_spanned!(at=> AsRef::<#target>::as_ref)),
        ConversionKind::Borrow => ("copy_borrow", quote_spanned!(at=> Borrow::<#target>::borrow)),
        ConversionKind::Into => ("converted", quote_spanned!(at=> Into::<#target>::into)),
    };
    let module = match kind {
        ConversionKind::Borrow => quote_spanned!(at=> ::core::borrow),
        ConversionKind::AsRef | ConversionKind::Into => quote_spanned!(at=> ::core::convert),
    };
    let argument = match (kind, param.capture) {
        (ConversionKind::Into, _) | (_, Capture::Lent) => quote_spanned!(at=> #name),
        _ => quote_spanned!(at=> &#name),
    };
    let value = spans.value(&quote_spanned!(at=> #module::#method(#argument)));
    let check = private(runtime, check, spans.first);
    if *kind == ConversionKind::Into {
        let arg = private(runtime, "arg", spans.first);
        return quote_spanned!(at=> #check(#arg::<#target>(#value)));
    }
    quote_spanned!(at=> #check::<#target>(#value))
}

/// The local that holds the slot of a mutably lent argument.
fn lent_slot(position: usize) -> Ident {
    format_ident!("__slot{position}", span = Span::mixed_site())
}

/// Moves a value out of its place.
fn take_value(held: &Ident, slot: &Ident) -> TokenStream {
    quote!(let mut #held = #slot.take_value();)
}

// Input:
//     (&mut self, rows: &mut Rows)
//
// Output:
//     let __self_slot = lent_slot(&mut *(self));
//     let __slot0 = lent_slot(&mut *(rows));
//
// They stand before the call, and so are dropped after it: a call that never ran has given its
// value back by then.
pub(crate) fn lent_slots(plan: &FnPlan) -> TokenStream {
    let runtime = &plan.runtime;
    let qualified = allow_qualified(runtime);
    let make = |slot: &Ident, name: TokenStream, error_source: ErrorSource, spans: TypeSpans| {
        let check = match error_source {
            ErrorSource::Runtime => "lent_slot",
            ErrorSource::Compiler => "lent_slot_generic",
        };
        let check = private(runtime, check, spans.first);
        let place = spans.reborrow_mut(name);
        quote_spanned!(located(spans.first)=> let #slot = #check(#place);)
    };
    let receiver = match &plan.receiver {
        ReceiverPlan::Some {
            self_token, written, capture: Capture::LentMut, error_source, ..
        } => {
            let spans = TypeSpans::of(written);
            let slot = make(&local("__self_slot"), quote!(#self_token), *error_source, spans);
            Some(quote!(#qualified #[allow(clippy::borrow_deref_ref)] #slot))
        }
        _ => None,
    };
    let params = plan.params.iter().enumerate().filter_map(|(position, param)| {
        let Param { cfgs, name, ty, error_source, .. } = param;
        if !param.is_lent_mut() {
            return None;
        }
        let slot = make(&lent_slot(position), quote!(#name), *error_source, TypeSpans::of(ty));
        let allow = allowed_lints(&name.to_string(), Capture::LentMut);
        Some(quote!(#(#cfgs)* #qualified #allow #slot))
    });
    receiver.into_iter().chain(params).collect()
}

fn check_name(param: &Param) -> &'static str {
    match (param.capture, param.error_source) {
        (Capture::Lent, ErrorSource::Runtime) => "copy",
        (Capture::Lent, ErrorSource::Compiler) if types::is_slice(&param.ty) => "copy_slice",
        (Capture::Lent, ErrorSource::Compiler) if param.is_sized => "clone_generic",
        (Capture::Lent, ErrorSource::Compiler) => "copy_generic",
        (_, error_source) => move_check(error_source),
    }
}

fn move_check(error_source: ErrorSource) -> &'static str {
    match error_source {
        ErrorSource::Runtime => "arg",
        ErrorSource::Compiler => "arg_generic",
    }
}

/// Allows the clippy lints that would fire at the value, which has the user's span.
fn allowed_lints(name: &str, capture: Capture) -> Option<TokenStream> {
    let reborrows = matches!(capture, Capture::Lent | Capture::LentMut);
    let lints = match (reborrows, name.starts_with('_')) {
        (false, false) => return None,
        (false, true) => quote!(clippy::used_underscore_binding),
        (true, false) => quote!(clippy::borrow_deref_ref),
        (true, true) => quote!(clippy::borrow_deref_ref, clippy::used_underscore_binding),
    };
    Some(quote!(#[allow(#lints)]))
}

/// The path to the runtime has the user's span as well. Where it begins in the user's crate, rustc
/// may find it needlessly qualified.
pub(crate) fn allow_qualified(runtime: &TokenStream) -> Option<TokenStream> {
    let first = runtime.clone().into_iter().next();
    let is_outside = matches!(first, Some(TokenTree::Punct(_)));
    (!is_outside).then(|| quote!(#[allow(unused_qualifications)]))
}

/// Passes the value, spanned over its type, through the function whose bound it must meet.
fn check(
    runtime: &TokenStream,
    function: &str,
    name: &impl ToTokens,
    capture: Capture,
    spans: TypeSpans,
) -> TokenStream {
    let value = match capture {
        Capture::Lent => spans.reborrow(quote!(#name)),
        _ => spans.value(&quote!(#name)),
    };
    let mut call = private(runtime, function, spans.first);
    call.extend(quote_spanned!(located(spans.first)=> (#value)));
    call
}

/// The expression that stands for the argument on the pool.
pub(crate) fn stand_in(held: &Ident, capture: Capture, span: Span) -> TokenStream {
    match capture {
        Capture::Moved | Capture::InPlace => quote_spanned!(span=> #held.take()),
        Capture::Lent => quote_spanned!(span=> #held.lend()),
        Capture::LentMut => quote_spanned!(span=> #held.lend_mut()),
    }
}

// Input:
//     (path: &Path, (mut a, b): (u8, u8), _: Guard)
//
// Output:
//     let path = __p0.lend();
//     let __whole1 = __p1.take();
//     let (mut a, b) = __whole1;
//     let _unnamed2 = __p2.take();
pub(crate) fn bindings(params: &[Param]) -> TokenStream {
    let bindings = params.iter().enumerate().map(|(position, param)| {
        let Param { cfgs, lints, pattern, capture, .. } = param;
        let value = stand_in(&held(position), *capture, Span::mixed_site());
        match (pattern, capture) {
            // `_` would drop the value here and now; a parameter lives as long as the body.
            (Pat::Wild(_), _) => {
                let unnamed = format_ident!("_unnamed{position}", span = Span::mixed_site());
                quote!(#(#cfgs)* let #unnamed = #value;)
            }
            // The name is the one of the async function's parameter, which is what it means.
            (Pat::Ident(_), _) => quote! {
                #(#cfgs)* #[allow(clippy::shadow_unrelated)] #(#lints)* let #pattern = #value;
            },
            (_, Capture::Lent | Capture::LentMut) => {
                quote!(#(#cfgs)* #(#lints)* let #pattern = #value;)
            }
            // So do the parts of it that the pattern does not bind.
            (pattern, _) => {
                let whole = format_ident!("__whole{position}", span = Span::mixed_site());
                let mutability = binds_mutably(pattern.to_token_stream()).then(|| quote!(mut));
                quote! {
                    #(#cfgs)* let #mutability #whole = #value;
                    #(#cfgs)* #(#lints)* let #pattern = #whole;
                }
            }
        }
    });
    bindings.collect()
}

/// Says whether there is a `ref mut` in the pattern.
fn binds_mutably(pattern: TokenStream) -> bool {
    let mut by_ref = false;
    pattern.into_iter().any(|token| {
        let was_by_ref = std::mem::take(&mut by_ref);
        match token {
            TokenTree::Ident(word) => {
                by_ref = word == "ref";
                was_by_ref && word == "mut"
            }
            TokenTree::Group(group) => binds_mutably(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        }
    })
}
