//! A visitor of types, in source order.
//!
//! syn's visitor covers the whole language and is compiled for each implementation; this one covers
//! types without their expressions, and is compiled once.

use syn::punctuated::Punctuated;
use syn::{
    BoundLifetimes, CapturedParam, GenericArgument, Lifetime, NamedArg, Path, PathArguments,
    ReturnType, Token, Type, TypeParamBound,
};

/// A visitor of the parts of a type.
pub(crate) trait Visitor {
    /// A type, before what is within it. Says whether to go on there.
    fn ty(&mut self, _: &mut Type) -> bool {
        true
    }

    fn lifetime(&mut self, _: &mut Lifetime) {}

    /// The start of a part with rules of its own for lifetimes. Says whether to go into it.
    fn enter(&mut self, _: &Part<'_>) -> bool {
        true
    }

    /// The end of a part that was gone into.
    fn leave(&mut self) {}
}

/// Where lifetimes do not mean what they mean elsewhere.
pub(crate) enum Part<'a> {
    /// A trait with its `for<'a>`.
    Bound(Option<&'a BoundLifetimes>),
    /// `use<'a>`
    Capture,
    /// `for<'a> fn(..) -> ..`
    FnPtr(Option<&'a BoundLifetimes>),
    /// `(..) -> ..`, behind an `Fn`.
    FnTrait,
}

/// Visits a type and its parts.
pub(crate) fn visit(ty: &mut Type, visitor: &mut dyn Visitor) {
    if !visitor.ty(ty) {
        return;
    }
    match ty {
        Type::Array(array) => visit(&mut array.elem, visitor),
        Type::FnPtr(pointer) => {
            part(&Part::FnPtr(pointer.lifetimes.as_ref()), visitor, |visitor| {
                signature(&mut pointer.inputs, &mut pointer.output, visitor);
            });
        }
        Type::Group(group) => visit(&mut group.elem, visitor),
        Type::ImplTrait(opaque) => bounds(&mut opaque.bounds, visitor),
        Type::Paren(paren) => visit(&mut paren.elem, visitor),
        Type::Path(ty) => {
            if let Some(qself) = &mut ty.qself {
                visit(&mut qself.ty, visitor);
            }
            path(&mut ty.path, visitor);
        }
        Type::Ptr(pointer) => visit(&mut pointer.elem, visitor),
        Type::Reference(reference) => {
            if let Some(lifetime) = &mut reference.lifetime {
                visitor.lifetime(lifetime);
            }
            visit(&mut reference.elem, visitor);
        }
        Type::Slice(slice) => visit(&mut slice.elem, visitor),
        Type::TraitObject(object) => bounds(&mut object.bounds, visitor),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|ty| visit(ty, visitor)),
        // The others have no parts, or none that syn parses.
        _ => {}
    }
}

fn part(part: &Part<'_>, visitor: &mut dyn Visitor, within: impl FnOnce(&mut dyn Visitor)) {
    if visitor.enter(part) {
        within(visitor);
        visitor.leave();
    }
}

fn bounds(bounds: &mut Punctuated<TypeParamBound, Token![+]>, visitor: &mut dyn Visitor) {
    for bound in bounds {
        match bound {
            TypeParamBound::Trait(bound) => {
                part(&Part::Bound(bound.lifetimes.as_ref()), visitor, |visitor| {
                    path(&mut bound.path, visitor);
                });
            }
            TypeParamBound::Lifetime(lifetime) => visitor.lifetime(lifetime),
            TypeParamBound::PreciseCapture(capture) => {
                part(&Part::Capture, visitor, |visitor| {
                    for captured in &mut capture.params {
                        if let CapturedParam::Lifetime(lifetime) = captured {
                            visitor.lifetime(lifetime);
                        }
                    }
                });
            }
            _ => {}
        }
    }
}

fn path(path: &mut Path, visitor: &mut dyn Visitor) {
    for segment in &mut path.segments {
        match &mut segment.arguments {
            PathArguments::None => {}
            PathArguments::AngleBracketed(arguments) => {
                arguments.args.iter_mut().for_each(|one| argument(one, visitor));
            }
            PathArguments::Parenthesized(arguments) => {
                part(&Part::FnTrait, visitor, |visitor| {
                    signature(&mut arguments.inputs, &mut arguments.output, visitor);
                });
            }
        }
    }
}

fn argument(argument: &mut GenericArgument, visitor: &mut dyn Visitor) {
    match argument {
        GenericArgument::Lifetime(lifetime) => visitor.lifetime(lifetime),
        GenericArgument::Type(ty) => visit(ty, visitor),
        GenericArgument::AssocType(assoc) => visit(&mut assoc.ty, visitor),
        GenericArgument::Constraint(constraint) => bounds(&mut constraint.bounds, visitor),
        _ => {}
    }
}

fn signature(
    inputs: &mut Punctuated<NamedArg, Token![,]>,
    output: &mut ReturnType,
    visitor: &mut dyn Visitor,
) {
    inputs.iter_mut().for_each(|input| visit(&mut input.ty, visitor));
    if let ReturnType::Type(_, ty) = output {
        visit(ty, visitor);
    }
}
