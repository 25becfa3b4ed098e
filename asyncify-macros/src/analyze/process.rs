//! Checks a function that is to run in another process: a worker of this program, or a remote one.

use quote::{ToTokens, quote};
use syn::{FnArg, GenericParam, Type, TypeReference};

use super::capture::{Lending, Origin, type_capture};
use super::function::{counterpart_name, is_lint_level, plain_name, qualifiers};
use super::output::{Written, written_output};
use super::plan::{Capture, ProcessParam, ProcessPlan, Target};
use super::{lints, types};
use crate::args::{Args, Remote};
use crate::diag;
use crate::errors::Errors;
use crate::item::{Body, RawFn};

/// Checks one function, reporting all that is wrong with it; `None` when anything was.
pub(crate) fn process(
    raw: &RawFn,
    args: &Args,
    target: Target,
    errors: &mut Errors,
) -> Option<ProcessPlan> {
    let mut found = Errors::default();
    let texts = match target {
        Target::Process(_) => diag::IN_PROCESS,
        Target::Remote(_) => diag::REMOTE,
    };
    let keeps_sync = args.keeps_original;
    qualifiers(&raw.sig, keeps_sync, &mut found);
    if let Some(token) = &raw.sig.asyncness {
        found.push(texts.asynchronous(token));
    }
    if let Target::Remote(Remote { name: None, .. }) = &target {
        if !raw.sig.ident.to_string().is_ascii() {
            found.push(diag::needs_task_name(&raw.sig.ident));
        }
    }
    for parameter in &raw.sig.generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            found.push(texts.generic(parameter));
        }
    }
    let mut sig = raw.sig.clone();
    let mut params = Vec::new();
    for (position, input) in sig.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) => found.push(texts.receiver(receiver)),
            FnArg::Typed(input) => {
                let name = types::text(&input.pat.to_token_stream());
                let is_lent = found.ok(is_lent(&input.ty, &name, texts)).unwrap_or(false);
                for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
                    found.push(texts.conditional(attr));
                }
                let name = plain_name(input, position);
                params.push(ProcessParam { name, ty: (*input.ty).clone(), is_lent });
            }
        }
    }
    let output = match written_output(&sig, Lending::Shared, &mut found) {
        Written::Type(ty) => Some(ty.clone()),
        Written::Unit(span) | Written::Never(span) => {
            found.push(texts.no_result(span));
            None
        }
    };
    let body = match &raw.body {
        Body::Block(body) => Some(body.clone()),
        Body::Missing(semicolon) => {
            found.push(diag::no_body(semicolon));
            None
        }
    };
    if let Some(name) = args.rename.as_ref().filter(|name| **name == raw.sig.ident) {
        found.push(diag::same_name(name));
    }
    let is_empty = found.is_empty();
    errors.append(found);
    let (output, body) = (output.filter(|_| is_empty)?, body?);

    if keeps_sync {
        sig.ident = counterpart_name(&sig.ident, args)?;
    }
    sig.constness = None;
    sig.abi = None;
    let mut inner = raw.clone();
    // It is within the async function, which expects what happens in it.
    inner.attrs.retain(|attr| is_lint_level(attr) && !attr.path().is_ident("expect"));
    inner.vis = syn::Visibility::Inherited;
    Some(ProcessPlan {
        runtime: args.runtime_path(),
        attrs: if keeps_sync { lints::of_counterpart(&raw.attrs) } else { raw.attrs.clone() },
        vis: raw.vis.clone(),
        sig,
        params,
        output,
        body,
        inner,
        original: keeps_sync.then(|| Box::new(raw.clone())),
        target,
    })
}

/// Whether the function borrows the worker's copy of the argument. As for a thread, but that a copy
/// neither comes back nor lives for ever.
fn is_lent(ty: &Type, name: &str, texts: diag::Elsewhere) -> syn::Result<bool> {
    if let Type::Reference(TypeReference { and_token, mutability: Some(token), .. }) =
        types::peel(ty)
    {
        return Err(texts.mutable(quote!(#and_token #token), name));
    }
    match (types::peel(ty), type_capture(ty, name, Lending::Shared, Origin::Function)?) {
        (Type::Reference(reference), Capture::Moved) => {
            let (and, lifetime) = (&reference.and_token, &reference.lifetime);
            let owned = types::owned_target(&reference.elem).to_token_stream();
            Err(texts.borrowed_for_static(quote!(#and #lifetime), name, &types::text(&owned)))
        }
        (Type::ImplTrait(opaque), _) => Err(texts.generic(opaque.impl_token)),
        (_, capture) => Ok(capture == Capture::Lent),
    }
}
