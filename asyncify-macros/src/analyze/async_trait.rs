//! A method that `#[async_trait]` has rewritten before this attribute sees it.

use proc_macro2::{Delimiter, Group, TokenTree};
use syn::{
    FnArg, GenericArgument, PathArguments, ReturnType, Signature, Token, Type, TypeParamBound,
};

use super::plan::FnPlan;
use super::types;
use super::visit::{Visitor, visit};
use crate::item::{Body, RawFn};

/// Whether `#[async_trait]` has rewritten a method.
pub(crate) fn is_of_async_trait(sig: &Signature) -> bool {
    sig.generics.lifetimes().any(|param| param.lifetime.ident == "async_trait")
}

// Input:
//     fn get<'life0, 'async_trait>(&'life0 self, key: impl Key + 'async_trait)
//         -> Pin<Box<dyn Future<Output = u8> + Send + 'async_trait>>
//     where 'life0: 'async_trait, Self: 'async_trait
//     {
//         Box::pin(async move { let __self = self; let __ret: u8 = BODY; __ret })
//     }
//
// Output:
//     async fn get<'life0, 'async_trait>(&'life0 self, key: impl Key) -> u8
//     where 'life0: 'async_trait, Self: 'async_trait
//     {
//         let __self = self; let __ret: u8 = BODY; __ret
//     }
//
// In the inner block, `async_trait` puts the receiver into a local, so this body needs no method of
// its own, which the `impl` of a trait could not have.
/// The method as it was before, or `None` if it has another form.
pub(super) fn recovered(raw: &RawFn) -> Option<RawFn> {
    let mut method = raw.clone();
    let ReturnType::Type(arrow, ty) = &raw.sig.output else { return None };
    method.sig.output = match future_output(ty)? {
        Type::Tuple(unit) if unit.elems.is_empty() => ReturnType::Default,
        ty => ReturnType::Type(*arrow, Box::new(ty.clone())),
    };
    method.sig.asyncness = Some(Token![async](raw.sig.fn_token.span));
    for input in &mut method.sig.inputs {
        if let FnArg::Typed(input) = input {
            visit(&mut input.ty, &mut WithoutCallLifetime);
        }
    }
    if let Body::Block(body) = &raw.body {
        method.body = Body::Block(boxed_block(body)?);
    }
    Some(method)
}

/// Writes the signature as `async_trait` has declared it in the trait.
pub(super) fn boxed(mut plan: FnPlan, raw: &RawFn) -> FnPlan {
    plan.sig.output.clone_from(&raw.sig.output);
    for (input, written) in plan.sig.inputs.iter_mut().zip(&raw.sig.inputs) {
        if let (FnArg::Typed(input), FnArg::Typed(written)) = (input, written) {
            input.ty.clone_from(&written.ty);
        }
    }
    plan
}

/// The `T` of a `Pin<Box<dyn Future<Output = T> + ..>>`.
fn future_output(pin: &Type) -> Option<&Type> {
    let Type::TraitObject(future) = only_argument(only_argument(pin)?)? else { return None };
    let Some(TypeParamBound::Trait(future)) = future.bounds.first() else { return None };
    let PathArguments::AngleBracketed(arguments) = &future.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
        _ => None,
    })
}

fn only_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = types::peel(ty) else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(ty)) if arguments.args.len() == 1 => Some(types::peel(ty)),
        _ => None,
    }
}

/// The block of a `{ Box::pin(async move { .. }) }`, with the span of the outer braces.
fn boxed_block(body: &Group) -> Option<Group> {
    let tokens: Vec<_> = body.stream().into_iter().collect();
    let [
        TokenTree::Ident(boxed),
        TokenTree::Punct(_),
        TokenTree::Punct(_),
        TokenTree::Ident(pin),
        TokenTree::Group(argument),
    ] = &tokens[..]
    else {
        return None;
    };
    let tokens: Vec<_> = argument.stream().into_iter().collect();
    let [TokenTree::Ident(keyword), TokenTree::Ident(by_move), TokenTree::Group(block)] =
        &tokens[..]
    else {
        return None;
    };
    let words = [boxed, pin, keyword, by_move].map(ToString::to_string);
    if words != ["Box", "pin", "async", "move"] || block.delimiter() != Delimiter::Brace {
        return None;
    }
    let mut block = block.clone();
    block.set_span(body.span());
    Some(block)
}

/// Takes off the bound that `async_trait` adds to each `impl Trait`.
struct WithoutCallLifetime;

impl Visitor for WithoutCallLifetime {
    fn ty(&mut self, ty: &mut Type) -> bool {
        if let Type::ImplTrait(opaque) = ty {
            let is_added = |bound: &TypeParamBound| match bound {
                TypeParamBound::Lifetime(lifetime) => lifetime.ident == "async_trait",
                _ => false,
            };
            opaque.bounds = std::mem::take(&mut opaque.bounds)
                .into_iter()
                .filter(|bound| !is_added(bound))
                .collect();
        }
        true
    }
}
