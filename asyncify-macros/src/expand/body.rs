//! The closure that runs on the pool, and the hidden method where the body cannot be a closure's.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{FnArg, GenericParam, Signature};

use super::capture::{bindings, held, stand_in};
use super::conditional::conditional_call;
use super::{local, misplaced, receiver_argument, turbofish};
use crate::analyze::{BodyPlace, Flavour, FnPlan, Output, TraitScope};
use crate::item::RawFn;
use crate::spans::{TypeSpans, blamed_at, located, private, unseen};

// Input:
//     BODY
//
// Output, sync with the body inside:
//     let __run = move || -> R { BINDINGS match () { () => BODY } };
// Output, async with the body inside:
//     let __run = move || async move {
//         if false { let __r: R = fake(); return __r; }
//         BINDINGS
//         match () { () => BODY }
//     };
// Output, sync with the body in a method:
//     let __run = move || Self::method(__self.lend(), __p0.take());
pub(crate) fn closure(plan: &FnPlan) -> TokenStream {
    let run = local("__run");
    // What an async function returns may be a future, as an async block's value should not be.
    let allow =
        (plan.flavour == Flavour::Async).then(|| quote!(#[allow(clippy::async_yields_async)]));
    match &plan.place {
        BodyPlace::Declared(_) => TokenStream::new(),
        BodyPlace::Closure(body) => {
            // Where the function says what it returns; wrong uses of `?` point there.
            let span = located(plan.span());
            let bindings = bindings(&plan.params);
            let body = match receiver_argument(plan, Span::mixed_site()) {
                Some(receiver) => with_receiver(body, &receiver),
                None => body.clone(),
            };
            // A match arm keeps the braces of the body without a warning about them.
            let body = quote_spanned!(located(body.span())=> match () { () => #body });
            match plan.flavour {
                Flavour::Sync => {
                    let arrow = annotation(&plan.output);
                    quote_spanned!(span=> let #run = move || #arrow { #bindings #body };)
                }
                Flavour::Async => {
                    let returns = early_return(plan, span);
                    quote_spanned! {span=>
                        #allow let #run = move || async move { #returns #bindings #body };
                    }
                }
            }
        }
        BodyPlace::Sibling { method, .. } => {
            let call = method_call(plan, &quote!(Self), &method.sig);
            quote!(#allow let #run = #call;)
        }
        BodyPlace::Scoped { method, scope, .. } => {
            let name = scoped_trait_name();
            let (_, arguments, _) = scope.generics.split_for_impl();
            let call = method_call(plan, &quote!(<Self as #name #arguments>), &method.sig);
            quote!(#allow let #run = #call;)
        }
        BodyPlace::Original { function, associated, .. } => {
            let deprecated = function.attrs.iter().any(|attr| attr.path().is_ident("deprecated"));
            let deprecated = deprecated.then(|| quote!(#[allow(deprecated)]));
            let call = if *associated {
                let scope = unseen(plan.sig.ident.span());
                method_call(plan, &quote_spanned!(scope=> Self), &function.sig)
            } else {
                // In an `impl` after all, it is not found because of how the argument is written.
                let mut name = function.sig.ident.clone();
                name.set_span(blamed_at(name.span(), plan.sig.ident.span()));
                path_call(plan, &name.to_token_stream(), &function.sig)
            };
            quote!(#allow #deprecated let #run = #call;)
        }
    }
}

// Input:
//     { let __self = self; let __ret: R = BODY; __ret }
//
// Output:
//     { let __self = __self.lend(); let __ret: R = BODY; __ret }
//
// In `BODY`, `async_trait` has replaced each `self` by its local.
fn with_receiver(body: &Group, receiver: &TokenStream) -> Group {
    let tokens = body.stream().into_iter().flat_map(|token| match &token {
        TokenTree::Ident(word) if word == "self" => receiver.clone(),
        _ => token.into(),
    });
    let mut replaced = Group::new(Delimiter::Brace, tokens.collect());
    replaced.set_span(body.span());
    replaced
}

/// `-> R`, which determines the type of `?` and `return` in the closure. An opaque type cannot be
/// written there.
fn annotation(output: &Output) -> TokenStream {
    match output {
        Output::Unit(span) => quote_spanned!(located(*span)=> -> ()),
        Output::Never(span) => quote_spanned!(located(*span)=> -> !),
        Output::Type { opaque: true, .. } => TokenStream::new(),
        Output::Type { ty, .. } => quote!(-> #ty),
    }
}

/// Sets the output type of an async block, for which there is no syntax, so that a wrong `return`
/// is reported at its place.
fn early_return(plan: &FnPlan, span: Span) -> TokenStream {
    let ty = match &plan.output {
        Output::Unit(span) => quote_spanned!(*span=> ()),
        Output::Type { ty, opaque: false, .. } => ty.to_token_stream(),
        Output::Type { .. } | Output::Never(_) => return TokenStream::new(),
    };
    return_of(&plan.runtime, &ty, span)
}

/// `if false { return value; }` in an async block, with a value of its output type.
pub(crate) fn return_of(runtime: &TokenStream, ty: &TokenStream, span: Span) -> TokenStream {
    let fake = private(runtime, "fake", span);
    let value = Ident::new("__value", span);
    // Errors point to what is returned here as to where the type is known from.
    let returned = TypeSpans::of(ty).value(&quote!(#value));
    quote_spanned! {span=>
        if false {
            let #value: #ty = #fake();
            return #returned;
        }
    }
}

fn method_call(plan: &FnPlan, scope: &TokenStream, sig: &Signature) -> TokenStream {
    let name = &sig.ident;
    path_call(plan, &quote!(#scope::#name), sig)
}

/// `move || path::<generics>(stand-ins)`.
fn path_call(plan: &FnPlan, path: &TokenStream, sig: &Signature) -> TokenStream {
    let turbofish = turbofish(&sig.generics, &plan.params);
    // Of a function that stays there is no body here that an error could be in: what its output
    // borrows is to be told where that is written.
    let (at, held_at) = match plan.place {
        BodyPlace::Original { .. } => (unseen(plan.span()), unseen(plan.span())),
        _ => (Span::call_site(), Span::mixed_site()),
    };
    let receiver = receiver_argument(plan, held_at);
    let params =
        plan.params.iter().enumerate().map(|(position, param)| {
            (&*param.cfgs, stand_in(&held(position), param.capture, held_at))
        });
    let arguments: Vec<_> =
        receiver.into_iter().map(|receiver| (&[][..], receiver)).chain(params).collect();
    let call = conditional_call(&arguments, &|arguments| {
        let call = quote_spanned!(at=> #path #turbofish(#arguments));
        match sig.safety {
            syn::Safety::Unsafe(_) => quote!(unsafe { #call }),
            _ => call,
        }
    });
    match plan.flavour {
        Flavour::Sync => quote!(move || { #call }),
        Flavour::Async => quote!(move || async move { #call.await }),
    }
}

// Input:
//     fn sum(&self, mut from: usize) -> u32 { BODY }
//
// Output:
//     #[doc(hidden)]
//     #[allow(clippy::boxed_local, ..)]
//     fn __sync_to_async_sum(&self, mut from: usize) -> u32 { BODY }
pub(crate) fn sibling(method: &RawFn) -> TokenStream {
    // No advice about the signature: the function that was written is async, and where it is
    // public, what it takes and returns is not asked about.
    quote! {
        #[doc(hidden)]
        #[allow(
            clippy::boxed_local,
            clippy::large_types_passed_by_value,
            clippy::missing_const_for_fn,
            clippy::needless_pass_by_value,
            clippy::trivially_copy_pass_by_ref,
            clippy::unnecessary_wraps,
            clippy::unused_self,
        )]
        #method
    }
}

fn scoped_trait_name() -> Ident {
    local("__SyncToAsyncBody")
}

// Input:
//     impl<T> Store<T> for Db<T> { fn get(&self, mut key: T) -> Self::Item { BODY } }
//
// Output, inside the async `get`:
//     trait __SyncToAsyncBody<T>: Store<T> {
//         fn __sync_to_async_get(&self, key: T) -> Self::Item;
//     }
//     impl<T> __SyncToAsyncBody<T> for Db<T> {
//         fn __sync_to_async_get(&self, mut key: T) -> Self::Item { BODY }
//     }
// Output for a default body of `trait Store<T>`:
//     trait __SyncToAsyncBody<T>: Store<T> {
//         fn __sync_to_async_get(&self, mut key: T) -> Self::Item { BODY }
//     }
//     impl<T, __Store: Store<T> + ?Sized> __SyncToAsyncBody<T> for __Store {}
//
// An impl of a trait cannot have a method of ours, and the trait's own type may be foreign; the
// supertrait is what `Self::Item` resolves by.
pub(crate) fn scope(plan: &FnPlan) -> TokenStream {
    let (method, scope) = match &plan.place {
        BodyPlace::Scoped { method, scope, .. } => (method, scope),
        BodyPlace::Sibling { method, is_block_seen: false, .. } => {
            return misplaced::fallback(method, plan);
        }
        _ => return TokenStream::new(),
    };
    let TraitScope { generics, implemented, self_ty } = &**scope;
    let name = scoped_trait_name();
    let (parameters, arguments, conditions) = generics.split_for_impl();
    if let Some(self_ty) = self_ty {
        let declaration = declaration(plan, method);
        return quote! {
            trait #name #parameters: #implemented #conditions { #declaration }
            impl #parameters #name #arguments for #self_ty #conditions { #method }
        };
    }
    let blanket = format_ident!("__SyncToAsyncSelf");
    let bound: GenericParam = syn::parse_quote!(#blanket: #implemented + ?::core::marker::Sized);
    let mut with_self = generics.clone();
    with_self.params.push(bound);
    let (with_self, _, _) = with_self.split_for_impl();
    quote! {
        trait #name #parameters: #implemented #conditions { #method }
        impl #with_self #name #arguments for #blanket #conditions {}
    }
}

/// The method without its body, where patterns and `mut` may not stand.
fn declaration(plan: &FnPlan, method: &RawFn) -> TokenStream {
    let cfgs = method.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let mut sig = method.sig.clone();
    sig.inputs.clone_from(&plan.sig.inputs);
    for input in &mut sig.inputs {
        match input {
            FnArg::Receiver(input) => input.attrs.retain(|attr| attr.path().is_ident("cfg")),
            FnArg::Typed(input) => input.attrs.retain(|attr| attr.path().is_ident("cfg")),
        }
    }
    quote!(#(#cfgs)* #sig;)
}
