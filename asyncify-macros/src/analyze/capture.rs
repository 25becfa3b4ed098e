//! How an argument reaches the body, by its type, and what is wrong with one that cannot.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Generics, Pat, PatType, Receiver, ReceiverKind, Type};

use super::plan::{Capture, TraitScope};
use super::{Site, types};
use crate::args::Args;
use crate::diag;

/// What a `&mut`, and any other borrow, may be.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Lending {
    /// A `&T` is made owned; the rest is wrong.
    Shared,
    /// So is a `&mut T`, for the time of the call.
    Mutable,
    /// Nothing leaves the caller: every borrow may stay one.
    InPlace,
}

impl Lending {
    pub(super) fn of(args: &Args) -> Self {
        match args {
            Args { in_place: true, .. } => Self::InPlace,
            Args { lend: Some(_), .. } => Self::Mutable,
            _ => Self::Shared,
        }
    }
}

/// Whose signature it is, which decides how it can be changed.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Origin {
    Function,
    /// That of a trait, whose `impl` this is.
    Trait,
}

impl Origin {
    pub(super) fn of(site: &Site<'_>) -> Self {
        match site {
            Site::Trait(TraitScope { self_ty: Some(_), .. }) => Self::Trait,
            _ => Self::Function,
        }
    }

    /// What to do about a parameter that has to be owned.
    fn take(self, ty: &Type) -> String {
        let take = types::take_owned(ty);
        match self {
            Self::Function => take,
            Self::Trait => {
                format!("{take}, here and in the trait; if that is not yours, use `in_place`")
            }
        }
    }
}

pub(super) fn receiver_capture(
    receiver: &Receiver,
    lending: Lending,
    origin: Origin,
) -> syn::Result<Capture> {
    match (&receiver.kind, lending) {
        (_, Lending::InPlace) => Ok(Capture::InPlace),
        (ReceiverKind::Reference(_, _, Some(_)), Lending::Mutable) => Ok(Capture::LentMut),
        (ReceiverKind::Reference(and, _, Some(mutability)), Lending::Shared) => {
            Err(diag::mutable_borrow(quote!(#and #mutability), "self"))
        }
        (ReceiverKind::Reference(_, _, None), _) => Ok(Capture::Lent),
        (ReceiverKind::Typed(_, ty), _) => type_capture(ty, "self", lending, origin),
        // By value; the enum may grow, and rustc judges what it grows by.
        _ => Ok(Capture::Moved),
    }
}

/// Reports a receiver that leaves the caller, of a type that borrows.
pub(super) fn lends_no_borrow(
    capture: Capture,
    borrowing: Option<&Type>,
    receiver: &Receiver,
) -> syn::Result<Capture> {
    match (capture, borrowing) {
        (Capture::InPlace, _) | (_, None) => Ok(capture),
        (_, Some(ty)) => {
            Err(diag::borrowing_receiver(receiver_tokens(receiver), &types::owned(ty)))
        }
    }
}

/// What errors about a receiver point at: its type where one is written.
pub(super) fn receiver_tokens(receiver: &Receiver) -> TokenStream {
    match &receiver.kind {
        ReceiverKind::Typed(_, ty) => ty.to_token_stream(),
        ReceiverKind::Reference(and, lifetime, _) => {
            let self_token = receiver.self_token;
            quote!(#and #lifetime #self_token)
        }
        _ => receiver.self_token.to_token_stream(),
    }
}

pub(super) fn param_capture(
    input: &PatType,
    lending: Lending,
    origin: Origin,
    generics: &Generics,
    borrowing: Option<&Type>,
) -> syn::Result<Capture> {
    let name = match &*input.pat {
        Pat::Ident(pattern) => pattern.ident.to_string(),
        pattern => types::text(&pattern.to_token_stream()),
    };
    let capture = type_capture(&input.ty, &name, lending, origin)?;
    if let (Some(token), Some(owned)) = (types::find_self(&input.ty), borrowing) {
        if capture != Capture::InPlace {
            return Err(diag::holds_borrow(token, &name, &origin.take(owned)));
        }
    }
    if capture == Capture::LentMut && !types::target_is_sized(&input.ty, generics) {
        if let Type::Reference(reference) = types::peel(&input.ty) {
            let (and, mutability) = (&reference.and_token, &reference.mutability);
            return Err(diag::cannot_lend(quote!(#and #mutability), &name));
        }
    }
    Ok(capture)
}

pub(super) fn type_capture(
    ty: &Type,
    name: &str,
    lending: Lending,
    origin: Origin,
) -> syn::Result<Capture> {
    if lending == Lending::InPlace {
        return Ok(Capture::InPlace);
    }
    let holds_borrow = |borrow| diag::holds_borrow(borrow, name, &origin.take(ty));
    let Type::Reference(reference) = types::peel(ty) else {
        return types::find_borrow(ty).map_or(Ok(Capture::Moved), |found| Err(holds_borrow(found)));
    };
    let (and, mutability) = (&reference.and_token, &reference.mutability);
    let is_static = types::is_static(reference.lifetime.as_ref());
    if mutability.is_some() && !is_static && lending == Lending::Shared {
        return Err(diag::mutable_borrow(quote!(#and #mutability), name));
    }
    if let Some(inner) = types::find_borrow(&reference.elem) {
        return Err(holds_borrow(inner));
    }
    if is_static {
        return Ok(Capture::Moved);
    }
    if mutability.is_some() {
        return match types::is_unsized(&reference.elem) {
            true => Err(diag::cannot_lend(quote!(#and #mutability), name)),
            false => Ok(Capture::LentMut),
        };
    }
    match types::peel(&reference.elem) {
        Type::TraitObject(_) => Err(diag::borrowed_object(and, name, &origin.take(ty))),
        _ => Ok(Capture::Lent),
    }
}
