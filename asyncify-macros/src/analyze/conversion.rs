//! Parameters of a type such as `impl AsRef<Path>`: the body gets an owned copy of the `Path`.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{
    FnArg, GenericArgument, GenericParam, PathArguments, Signature, Token, Type, TypeParam,
    TypeParamBound, WherePredicate,
};

use super::types::{find_borrow, find_opaque, has_word, is_generic, is_static, peel};

/// How the caller makes an owned value of an argument that need not be `'static` itself.
pub(crate) struct Conversion {
    pub(crate) kind: ConversionKind,
    /// The `Path` of an `impl AsRef<Path>`.
    pub(crate) target: Type,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum ConversionKind {
    AsRef,
    Borrow,
    Into,
}

/// The conversion of a parameter of this type, if its bounds are those of one conversion and
/// nothing requires the value itself: `'static` and traits other than `Send` and `Sync` do.
pub(super) fn of(
    ty: &Type,
    sig: &Signature,
    generics: &[Ident],
    body: Option<&TokenStream>,
) -> Option<Conversion> {
    let (ty, is_borrowed) = match peel(ty) {
        Type::Reference(reference)
            if reference.mutability.is_none() && !is_static(reference.lifetime.as_ref()) =>
        {
            (peel(&reference.elem), true)
        }
        ty => (ty, false),
    };
    let mut conversion = None;
    for bound in bounds_of(ty, sig, body)? {
        match bound_of(bound, generics)? {
            Bound::Conversion(_) if conversion.is_some() => return None,
            Bound::Conversion(found) => conversion = Some(*found),
            Bound::Harmless => {}
        }
    }
    conversion.filter(|found| !is_borrowed || found.kind != ConversionKind::Into)
}

/// The type parameter of the function that a parameter of this type has, without or behind a `&`.
pub(crate) fn parameter_name(ty: &Type) -> Option<&Ident> {
    match peel(ty) {
        Type::Reference(reference) => parameter_name(&reference.elem),
        Type::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}

/// All bounds of an `impl Trait`, or of a type parameter of which the signature says nothing else.
fn bounds_of<'a>(
    ty: &'a Type,
    sig: &'a Signature,
    body: Option<&TokenStream>,
) -> Option<Vec<&'a TypeParamBound>> {
    if let Type::ImplTrait(opaque) = ty {
        return Some(opaque.bounds.iter().collect());
    }
    let name = parameter_name(ty)?;
    let names = |tokens: &dyn ToTokens| has_word(tokens.to_token_stream(), &|word| word == name);
    let mut found = Vec::new();
    let mut is_declared = false;
    for param in &sig.generics.params {
        match param {
            GenericParam::Type(TypeParam { ident, bounds, .. }) if ident == name => {
                is_declared = true;
                found.extend(bounds);
            }
            other if names(other) => return None,
            _ => {}
        }
    }
    for predicate in sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        match predicate {
            WherePredicate::Type(condition)
                if condition.lifetimes.is_none()
                    && matches!(peel(&condition.bounded_ty), Type::Path(path) if path.path.is_ident(name)) =>
            {
                found.extend(&condition.bounds);
            }
            other if names(other) => return None,
            _ => {}
        }
    }
    let is_used_otherwise = sig.inputs.iter().any(|input| match input {
        FnArg::Receiver(receiver) => names(receiver),
        FnArg::Typed(input) => parameter_name(&input.ty) != Some(name) && names(&input.ty),
    });
    let is_used = is_used_otherwise || names(&sig.output) || body.is_some_and(|body| names(body));
    (is_declared && !is_used).then_some(found)
}

enum Bound {
    Conversion(Box<Conversion>),
    /// One that the owned value meets.
    Harmless,
}

fn bound_of(bound: &TypeParamBound, generics: &[Ident]) -> Option<Bound> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let last = bound.path.segments.last()?;
    let kind = match last.ident.to_string().as_str() {
        "Send" | "Sync" | "Unpin" | "Sized" => return Some(Bound::Harmless),
        "AsRef" => ConversionKind::AsRef,
        "Borrow" => ConversionKind::Borrow,
        "Into" => ConversionKind::Into,
        _ => return None,
    };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let target = only_type(&arguments.args)?;
    let is_concrete = find_borrow(target).is_none()
        && find_opaque(target).is_none()
        && !is_generic(target, generics, true)
        && !matches!(peel(target), Type::TraitObject(_));
    let conversion = || Box::new(Conversion { kind, target: target.clone() });
    is_concrete.then(|| Bound::Conversion(conversion()))
}

fn only_type(arguments: &Punctuated<GenericArgument, Token![,]>) -> Option<&Type> {
    match arguments.first() {
        Some(GenericArgument::Type(ty)) if arguments.len() == 1 => Some(ty),
        _ => None,
    }
}
