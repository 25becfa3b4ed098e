//! `async_to_sync`: an async function becomes a sync one.
//!
//! Nothing moves to another thread, so there is nothing to check about types: what is borrowed
//! stays borrowed, and the signature stays as it is except for `async`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, ReturnType};

use crate::analyze::{
    counterpart_name, is_associated, of_counterpart, own_arguments, take_attributes, types,
};
use crate::args::{self, Args, Direction, Place};
use crate::diag;
use crate::errors::Errors;
use crate::expand::{braces, forwarded, local, return_of};
use crate::item::{Body, Member, RawBlock, RawFn};
use crate::spans::{TypeSpans, located, private};

/// A checked function.
struct Plan {
    runtime: TokenStream,
    /// The async function.
    function: RawFn,
    form: Form,
}

enum Form {
    /// The sync function takes the place of the async one.
    Instead(proc_macro2::Group),
    /// A trait declares it.
    Declared,
    /// The async function stays by itself, as the name of the sync one is wrong.
    Original,
    /// The async function stays, and is called by a sync one of this name.
    Beside { name: Ident, associated: bool },
}

/// Expands the attribute on a function.
pub(crate) fn function(tokens: TokenStream, mut raw: RawFn, errors: &mut Errors) -> TokenStream {
    let args = args::parse(tokens, Direction::ToSync, Place::Function, errors);
    duplicates(&mut raw.attrs, errors);
    if raw.sig.asyncness.is_none() {
        errors.push(diag::not_async(raw.sig.fn_token));
        return raw.into_token_stream();
    }
    if let Body::Missing(semicolon) = &raw.body {
        errors.push(diag::no_body(semicolon));
        return without_body(raw);
    }
    expand(&analyze(raw, &args, false, errors))
}

/// Expands the attribute on an `impl` or a `trait`: every async function in it, and no other.
pub(crate) fn block(tokens: TokenStream, mut raw: RawBlock, errors: &mut Errors) -> TokenStream {
    let place = raw.place();
    let block_args = args::parse(tokens, Direction::ToSync, place, errors);
    duplicates(&mut raw.attrs, errors);
    let method_place = match place {
        Place::InherentImpl => Place::Method,
        _ => Place::TraitMethod,
    };
    let mut members = Vec::new();
    for member in raw.members {
        members.push(match member {
            Member::Other(tokens) => tokens,
            Member::Fn(mut method) => {
                let own = own_arguments(&mut method, Direction::ToSync, method_place, errors);
                if own.skip || method.sig.asyncness.is_none() {
                    method.into_token_stream()
                } else {
                    expand(&analyze(method, &own.or_block(&block_args), true, errors))
                }
            }
        });
    }
    let (attrs, header, inner_attrs) = (&raw.attrs, &raw.header, &raw.inner_attrs);
    let body = braces(raw.braces.span(), quote!(#(#inner_attrs)* #(#members)*));
    quote!(#(#attrs)* #header #body)
}

fn duplicates(attrs: &mut Vec<Attribute>, errors: &mut Errors) {
    for attribute in take_attributes(attrs, Direction::ToSync) {
        errors.push(diag::duplicate_attribute(attribute, Direction::ToSync));
    }
}

fn analyze(function: RawFn, args: &Args, in_block: bool, errors: &mut Errors) -> Plan {
    if let Some(name) = args.rename.as_ref().filter(|name| **name == function.sig.ident) {
        errors.push(diag::same_name(name));
    }
    let name =
        counterpart_name(&function.sig.ident, args).filter(|name| *name != function.sig.ident);
    let form = match (&function.body, name) {
        (_, Some(name)) => {
            Form::Beside { name, associated: is_associated(&function, args, in_block) }
        }
        _ if args.keeps_original => Form::Original,
        (Body::Block(body), None) => Form::Instead(body.clone()),
        (Body::Missing(_), None) => Form::Declared,
    };
    Plan { runtime: args.runtime_path(), function, form }
}

fn expand(plan: &Plan) -> TokenStream {
    match &plan.form {
        Form::Instead(body) => instead(plan, body),
        Form::Declared => {
            let mut declared = plan.function.clone();
            declared.sig.asyncness = None;
            declared.into_token_stream()
        }
        Form::Original => plan.function.to_token_stream(),
        Form::Beside { name, associated } => {
            let (original, counterpart) = (&plan.function, beside(plan, name, *associated));
            quote!(#original #counterpart)
        }
    }
}

// Input:
//     async fn fetch(&self, mut url: String) -> Result<u8, E> { BODY }
//
// Output:
//     fn fetch(&self, mut url: String) -> Result<u8, E> {
//         to_sync(async move {
//             if false { let __value: Result<u8, E> = fake(); return __value; }
//             match () { () => BODY }
//         })
//     }
fn instead(plan: &Plan, body: &proc_macro2::Group) -> TokenStream {
    let RawFn { attrs, vis, defaultness, sig, .. } = &plan.function;
    let mut sig = sig.clone();
    sig.asyncness = None;
    let (ty, span) = match &sig.output {
        ReturnType::Default => {
            let span = sig.paren_token.span.close();
            (Some(quote_spanned!(span=> ())), span)
        }
        ReturnType::Type(_, ty) => {
            // Neither can be said in a `let`.
            let unsaid = types::find_opaque(ty).is_some() || types::is_never(ty);
            ((!unsaid).then(|| ty.to_token_stream()), TypeSpans::of(ty).first)
        }
    };
    let returns = ty.map(|ty| return_of(&plan.runtime, &ty, located(span)));
    let body = {
        let body = quote_spanned!(located(body.span())=> match () { () => #body });
        quote_spanned!(located(span)=> async move { #returns #body })
    };
    let statements = driven(plan, span, &body);
    let block = braces(plan.span(), statements);
    quote!(#(#attrs)* #vis #defaultness #sig #block)
}

// Input:
//     async fn fetch(&self, (a, b): (u8, u8)) -> u8 { BODY }, rename = "fetch_blocking"
//
// Output, behind it:
//     fn fetch_blocking(&self, arg1: (u8, u8)) -> u8 { to_sync(Self::fetch(self, arg1)) }
fn beside(plan: &Plan, name: &Ident, associated: bool) -> TokenStream {
    let RawFn { attrs, vis, defaultness, .. } = &plan.function;
    let attrs = of_counterpart(attrs);
    let (mut counterpart, call) = forwarded(&plan.function, name, associated);
    counterpart.asyncness = None;
    let deprecated = plan.function.attrs.iter().any(|attr| attr.path().is_ident("deprecated"));
    let allow = deprecated.then(|| quote!(#[allow(deprecated)]));
    let future = local("__future");
    let statements = driven(plan, plan.span(), &future.to_token_stream());
    let block = braces(plan.span(), quote!(#allow let #future = #call; #statements));
    quote!(#(#attrs)* #vis #defaultness #counterpart #block)
}

/// `to_sync(future)`, as a statement without lints.
fn driven(plan: &Plan, span: proc_macro2::Span, future: &TokenStream) -> TokenStream {
    let to_sync = private(&plan.runtime, "to_sync", span);
    let output = local("__output");
    quote! {
        #[allow(unused_qualifications, clippy::async_yields_async)]
        let #output = #to_sync(#future);
        #output
    }
}

impl Plan {
    /// Of the braces of the user's, without which rustc drops lints about the function.
    fn span(&self) -> proc_macro2::Span {
        match &self.function.body {
            Body::Block(body) => body.span(),
            Body::Missing(semicolon) => semicolon.spans[0],
        }
    }
}

/// Keeps a function alive that has no body.
fn without_body(raw: RawFn) -> TokenStream {
    let RawFn { attrs, vis, defaultness, mut sig, .. } = raw;
    sig.asyncness = None;
    quote!(#(#attrs)* #[allow(unused_variables)] #vis #defaultness #sig { loop {} })
}
