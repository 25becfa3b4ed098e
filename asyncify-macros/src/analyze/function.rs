//! Checks one function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{
    Attribute, FnArg, Pat, PatIdent, PatType, Path, ReceiverKind, ReturnType, Signature, Type,
};

use super::async_trait::{self, is_of_async_trait};
use super::capture::{
    Lending, Origin, lends_no_borrow, param_capture, receiver_capture, receiver_tokens,
};
use super::output::{output, streamed};
use super::plan::{
    BodyPlace, Capture, ErrorSource, Flavour, FnPlan, Form, Limit, Options, Output, Param,
    ReceiverPlan, Run, TraitScope,
};
use super::{Conversion, Site, conversion, limit, lints, parameter_names, types};
use crate::args::Args;
use crate::diag;
use crate::errors::Errors;
use crate::item::{Body, RawFn};
use crate::spans::{TypeSpans, located, unseen};

/// Checks one function, reporting all that is wrong with it; `None` when anything was.
pub(crate) fn function(
    raw: &RawFn,
    args: &Args,
    site: &Site<'_>,
    errors: &mut Errors,
) -> Option<FnPlan> {
    if !is_of_async_trait(&raw.sig) {
        return unboxed(raw, args, site, errors);
    }
    let Some(method) = async_trait::recovered(raw) else {
        errors.push(diag::below_async_trait(&raw.sig.ident));
        return None;
    };
    unboxed(&method, args, site, errors).map(|plan| async_trait::boxed(plan, raw))
}

/// Checks a function that no other attribute has changed.
fn unboxed(raw: &RawFn, args: &Args, site: &Site<'_>, errors: &mut Errors) -> Option<FnPlan> {
    let mut found = Errors::default();
    let keeps_sync = args.keeps_original;
    qualifiers(&raw.sig, keeps_sync, &mut found);

    let generics = generics_in_view(&raw.sig, site);
    let self_is_generic = matches!(site, Site::Trait(TraitScope { self_ty: None, .. }));
    let error_source = |ty: &Type| {
        let is_generic = types::is_generic(ty, &generics, self_is_generic);
        if is_generic { ErrorSource::Compiler } else { ErrorSource::Runtime }
    };

    let lending = Lending::of(args);
    let origin = Origin::of(site);
    let borrowing = site.self_ty().filter(|ty| types::find_borrow(ty).is_some());
    let mut sig = raw.sig.clone();
    let mut receiver = ReceiverPlan::None;
    let mut params = Vec::new();
    for (position, input) in sig.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(input) => {
                let capture = receiver_capture(input, lending, origin)
                    .and_then(|capture| lends_no_borrow(capture, borrowing, input));
                let capture = found.ok(capture);
                if !matches!(&input.kind, ReceiverKind::Reference(..)) {
                    input.mutability = None;
                }
                receiver = ReceiverPlan::Some {
                    self_token: input.self_token,
                    written: receiver_tokens(input),
                    capture: capture.unwrap_or(Capture::Moved),
                    error_source: self_error_source(site, &generics),
                    of_definition: self_is_generic,
                };
            }
            FnArg::Typed(input) => {
                let capture = param_capture(input, lending, origin, &raw.sig.generics, borrowing);
                let capture = found.ok(capture).unwrap_or(Capture::Moved);
                let source = error_source(&input.ty);
                params.push(param(input, position, capture, source, raw, args, &generics));
            }
        }
    }
    if let Some(count) = &args.limit {
        limit::check(count, &generics, &mut found);
    }
    let (output, item) = match &args.stream {
        None => (output(&sig, error_source, lending, &mut found), None),
        Some(_) => streamed(&sig, error_source, &mut found),
    };
    if let (Some(self_ty), true) = (borrowing, lending != Lending::InPlace) {
        returns_no_self(&output, self_ty, &mut found);
    }
    if let (Output::Unit(span) | Output::Never(span), Some(_)) = (&output, &args.timeout) {
        found.push(diag::no_result(*span));
    }
    let lends = receiver.is_lent() || params.iter().any(Param::is_lent);
    let place = place(raw, args, site, &mut found)
        .and_then(|place| found.ok(without_captures(place, &generics, lends)));
    let is_empty = found.is_empty();
    errors.append(found);
    let place = place.filter(|_| is_empty)?;

    let form = match site {
        _ if args.stream.is_some() => Form::Stream { item: item?, ahead: args.stream.clone()? },
        _ if is_of_async_trait(&raw.sig) => Form::AsyncTrait,
        Site::Trait(_) if args.boxed => Form::Boxed,
        Site::Trait(TraitScope { self_ty: None, .. }) => Form::ImplFuture,
        _ if keeps_sync && args.in_place => Form::Future,
        _ => Form::AsyncFn,
    };
    let flavour = if sig.asyncness.is_some() { Flavour::Async } else { Flavour::Sync };
    let attrs = attributes(raw, &place);
    if keeps_sync {
        sig.ident = counterpart_name(&sig.ident, args)?;
    }
    sig.constness = None;
    sig.abi = None;
    sig.asyncness = match form {
        Form::AsyncFn => {
            sig.asyncness.or_else(|| Some(syn::Token![async](unseen(sig.fn_token.span))))
        }
        _ => None,
    };
    Some(FnPlan {
        runtime: args.runtime_path(),
        attrs,
        vis: raw.vis.clone(),
        defaultness: raw.defaultness,
        sig,
        form,
        receiver,
        params,
        output,
        run: run(args),
        flavour,
        place,
    })
}

/// The attributes of the async function.
fn attributes(raw: &RawFn, place: &BodyPlace) -> Vec<Attribute> {
    match place {
        BodyPlace::Sibling { .. } => lints::of_signature(&raw.attrs, &raw.sig.ident),
        BodyPlace::Original { .. } => lints::of_counterpart(&raw.attrs),
        // The body is within the function.
        _ => raw.attrs.clone(),
    }
}

/// The type and const parameters of the function and of the block around it.
fn generics_in_view(sig: &Signature, site: &Site<'_>) -> Vec<Ident> {
    let block = match site {
        Site::Alone => None,
        Site::Inherent { generics, .. } => Some(*generics),
        Site::Trait(scope) => Some(&scope.generics),
    };
    [Some(&sig.generics), block].into_iter().flatten().flat_map(parameter_names).collect()
}

/// Which error fits the type of the receiver. Of a method by itself it cannot be seen whether that
/// is generic.
fn self_error_source(site: &Site<'_>, generics: &[Ident]) -> ErrorSource {
    let is_generic = match site {
        Site::Alone => false,
        Site::Inherent { generics: block, .. } => block.type_params().next().is_some(),
        Site::Trait(TraitScope { self_ty: Some(ty), generics: block, .. }) => {
            block.type_params().next().is_some() && types::is_generic(ty, generics, false)
        }
        Site::Trait(TraitScope { self_ty: None, .. }) => true,
    };
    if is_generic { ErrorSource::Compiler } else { ErrorSource::Runtime }
}

/// Whether an option uses a parameter, which then need not be used by the body.
fn is_in_options(name: &Ident, args: &Args) -> bool {
    let options = [&args.executor, &args.limiter, &args.timeout, &args.runtime];
    options.into_iter().flatten().any(|value| types::has_word(value.clone(), &|word| word == name))
}

fn run(args: &Args) -> Run {
    if args.in_place {
        return Run::InPlace;
    }
    let limit = match (&args.limit, &args.limiter) {
        (Some(count), _) => Limit::Own(count.clone()),
        (None, Some(limiter)) => Limit::Shared(limiter.clone()),
        (None, None) => Limit::None,
    };
    Run::Pool(Options {
        executor: args.executor.as_ref().map(borrow_static),
        limit,
        timeout: args.timeout.clone(),
        runtime: args.runtime.clone(),
        detach: args.detach,
    })
}

/// Borrows a static: `POOL` becomes `&POOL`. Everything else is a reference already.
fn borrow_static(executor: &TokenStream) -> TokenStream {
    let is_static = syn::parse2::<Path>(executor.clone())
        .is_ok_and(|path| path.segments.last().is_some_and(|last| is_constant(&last.ident)));
    let borrow =
        is_static.then(|| TypeSpans::of(executor).first).map(|span| quote_spanned!(span=> &));
    quote!(#borrow #executor)
}

/// Whether a name is in upper case, as those of statics are. The first two letters decide, so that
/// a name to which an editor appends something is expanded the same.
fn is_constant(name: &Ident) -> bool {
    let name = name.to_string();
    let mut letters = name.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_some_and(|letter| !letter.is_lowercase())
}

/// Reports a `lend` that none of the functions in its reach has a use for.
pub(crate) fn lent<'a>(
    key: Option<&Ident>,
    plans: impl IntoIterator<Item = &'a FnPlan>,
    errors: &mut Errors,
) {
    if let Some(key) = key.filter(|_| !plans.into_iter().any(FnPlan::lends_mutably)) {
        errors.push(diag::nothing_to_lend(key));
    }
}

/// Rejects what an async function cannot be. A sync function that stays may be `const`.
pub(super) fn qualifiers(sig: &Signature, keeps_sync: bool, errors: &mut Errors) {
    if let (Some(token), false) = (&sig.constness, keeps_sync) {
        errors.push(diag::const_fn(token));
    }
    let rust_abi = |abi: &syn::Abi| abi.name.as_ref().is_some_and(|name| name.value() == "Rust");
    match (&sig.abi, &sig.variadic) {
        (Some(abi), None) if rust_abi(abi) || keeps_sync => {}
        (Some(abi), _) => errors.push(diag::foreign_abi(abi.extern_token)),
        (None, Some(variadic)) => errors.push(diag::foreign_abi(variadic)),
        (None, None) => {}
    }
}

/// Reports an output that names a `Self` that borrows.
fn returns_no_self(output: &Output, self_ty: &Type, errors: &mut Errors) {
    if let Output::Type { ty, .. } = output {
        let token = types::find_self(ty).filter(|_| types::find_borrow(ty).is_none());
        if let Some(token) = token {
            errors.push(diag::borrowed_return(token, &types::owned(self_ty)));
        }
    }
}

/// The conversion of a parameter. A body in the async function itself would name the type of the
/// caller's argument where it names a converted type parameter.
fn conversion(ty: &Type, raw: &RawFn, args: &Args, generics: &[Ident]) -> Option<Conversion> {
    let body = match &raw.body {
        Body::Block(body) if raw.sig.receiver().is_none() && !args.keeps_original => {
            Some(body.stream())
        }
        _ => None,
    };
    conversion::of(ty, &raw.sig, generics, body.as_ref())
}

/// Puts a plain name into the signature instead of the pattern.
pub(crate) fn plain_name(input: &mut PatType, position: usize) -> Ident {
    let name = match &*input.pat {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => ident.clone(),
        _ => Ident::new(&format!("arg{position}"), Span::mixed_site()),
    };
    *input.pat = Pat::Ident(PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident: name.clone(),
        subpat: None,
    });
    name
}

/// Takes the pattern out of the signature, where a plain name stays.
fn param(
    input: &mut PatType,
    position: usize,
    capture: Capture,
    error_source: ErrorSource,
    raw: &RawFn,
    args: &Args,
    generics: &[Ident],
) -> Param {
    let pattern = (*input.pat).clone();
    let name = plain_name(input, position);
    let select = |wanted: fn(&Attribute) -> bool| {
        input.attrs.iter().filter(|attr| wanted(attr)).cloned().collect()
    };
    let cfgs = select(|attr| attr.path().is_ident("cfg"));
    let mut lints: Vec<Attribute> = select(is_lint_level);
    if is_in_options(&name, args) {
        lints.push(syn::parse_quote!(#[allow(unused_variables)]));
    }
    let is_sized = types::target_is_sized(&input.ty, &raw.sig.generics);
    let ty = (*input.ty).clone();
    let conversion = match capture {
        Capture::Moved | Capture::Lent => conversion(&ty, raw, args, generics),
        Capture::LentMut | Capture::InPlace => None,
    };
    Param { cfgs, lints, name, pattern, ty, capture, conversion, error_source, is_sized }
}

pub(crate) fn is_lint_level(attr: &Attribute) -> bool {
    ["allow", "warn", "deny", "forbid", "expect"].iter().any(|level| attr.path().is_ident(level))
}

fn place(raw: &RawFn, args: &Args, site: &Site<'_>, errors: &mut Errors) -> Option<BodyPlace> {
    let body = match (&raw.body, site) {
        (Body::Block(body), _) => body.clone(),
        (Body::Missing(semicolon), Site::Trait(TraitScope { self_ty: None, .. })) => {
            return Some(BodyPlace::Declared(*semicolon));
        }
        (Body::Missing(semicolon), _) => {
            errors.push(diag::no_body(semicolon));
            return None;
        }
    };
    if args.keeps_original {
        // What is wrong with the new name has been reported with the argument.
        counterpart_name(&raw.sig.ident, args)?;
        if let Some(name) = args.rename.as_ref().filter(|name| **name == raw.sig.ident) {
            errors.push(diag::same_name(name));
        }
        let associated = is_associated(raw, args, !matches!(site, Site::Alone));
        return Some(BodyPlace::Original { function: Box::new(raw.clone()), body, associated });
    }
    if raw.sig.receiver().is_none() || is_of_async_trait(&raw.sig) {
        return Some(BodyPlace::Closure(body));
    }
    let method = Box::new(hidden_method(raw, args, site));
    Some(match site {
        Site::Alone => BodyPlace::Sibling { method, body, is_block_seen: false },
        Site::Inherent { .. } => BodyPlace::Sibling { method, body, is_block_seen: true },
        Site::Trait(scope) => BodyPlace::Scoped { method, body, scope: Box::new((*scope).clone()) },
    })
}

/// Sees to it that an opaque output does not capture the borrows that the body is lent.
fn without_captures(
    mut place: BodyPlace,
    generics: &[Ident],
    lends: bool,
) -> syn::Result<BodyPlace> {
    let (in_trait, method) = match &mut place {
        BodyPlace::Sibling { method, .. } => (false, method),
        BodyPlace::Scoped { method, .. } => (true, method),
        _ => return Ok(place),
    };
    // A parameter without a name of its type cannot be listed as captured.
    let is_anonymous = |input: &FnArg| match input {
        FnArg::Typed(input) => types::find_opaque(&input.ty).is_some(),
        FnArg::Receiver(_) => false,
    };
    let can_list = !method.sig.inputs.iter().any(is_anonymous);
    if let (ReturnType::Type(_, ty), true) = (&mut method.sig.output, lends) {
        match types::find_opaque(ty) {
            Some(token) if in_trait => return Err(diag::opaque_in_trait(token)),
            Some(_) if can_list => types::capture_only(ty, generics),
            _ => {}
        }
    }
    Ok(place)
}

/// The method as written, under a name of ours, with the lint levels that its body needs.
fn hidden_method(raw: &RawFn, args: &Args, site: &Site<'_>) -> RawFn {
    let mut method = raw.clone();
    for input in &mut method.sig.inputs {
        match input {
            FnArg::Typed(PatType { attrs, pat, .. }) => match &**pat {
                Pat::Ident(pattern) if is_in_options(&pattern.ident, args) => {
                    attrs.push(syn::parse_quote!(#[allow(unused_variables)]));
                }
                _ => {}
            },
            FnArg::Receiver(_) => {}
        }
    }
    match site {
        Site::Alone | Site::Inherent { .. } => {
            method.attrs = lints::of_body(&raw.attrs, &raw.sig.ident);
        }
        // It is within the async method, which expects what happens in it.
        Site::Trait(_) => method.attrs.retain(|attr| !attr.path().is_ident("expect")),
    }
    let name = raw.sig.ident.to_string();
    method.sig.ident = format_ident!(
        "__sync_to_async_{}",
        name.trim_start_matches("r#"),
        span = located(raw.sig.ident.span())
    );
    method.attrs.retain(|attr| is_lint_level(attr) || attr.path().is_ident("cfg"));
    method.vis = syn::Visibility::Inherited;
    method.defaultness = None;
    method
}

/// Says whether a function that stays is found by `Self::`.
pub(crate) fn is_associated(raw: &RawFn, args: &Args, in_block: bool) -> bool {
    in_block || types::names_self(&raw.sig) || args.is_associated
}

/// The name of the counterpart of a function that stays.
pub(crate) fn counterpart_name(ident: &Ident, args: &Args) -> Option<Ident> {
    let suffix = match (&args.rename, &args.suffix) {
        (Some(name), _) => return Some(name.clone()),
        (None, suffix) => suffix.as_ref()?.value(),
    };
    let name = ident.to_string();
    Some(format_ident!("{}{suffix}", name.trim_start_matches("r#"), span = ident.span()))
}
