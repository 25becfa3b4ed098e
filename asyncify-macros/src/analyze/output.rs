//! Checks what a function returns.

use proc_macro2::{Span, TokenStream};
use syn::{ReturnType, Signature, Type};

use super::capture::Lending;
use super::plan::{ErrorSource, Output};
use super::types;
use crate::diag;
use crate::errors::Errors;

/// Checks the output of a call.
pub(super) fn output(
    sig: &Signature,
    error_source: impl Fn(&Type) -> ErrorSource,
    lending: Lending,
    errors: &mut Errors,
) -> Output {
    match written_output(sig, lending, errors) {
        Written::Unit(span) => Output::Unit(span),
        Written::Never(span) => Output::Never(span),
        Written::Type(ty) => {
            let (error_source, opaque) = (error_source(ty), types::find_opaque(ty).is_some());
            Output::Type { ty: Box::new(ty.clone()), error_source, opaque }
        }
    }
}

/// What stands behind the parameters.
pub(super) enum Written<'a> {
    Unit(Span),
    Never(Span),
    Type(&'a Type),
}

/// Reports an output that cannot leave the call.
pub(super) fn written_output<'a>(
    sig: &'a Signature,
    lending: Lending,
    errors: &mut Errors,
) -> Written<'a> {
    let (arrow, ty) = match &sig.output {
        ReturnType::Default => return Written::Unit(sig.paren_token.span.close()),
        ReturnType::Type(arrow, ty) => (arrow, ty),
    };
    if let Type::Never(_) = types::peel(ty) {
        return Written::Never(arrow.spans[0]);
    }
    let lazy = types::find_lazy(ty);
    // What a lazy type says that it borrows goes with it.
    let borrowing = if lazy.is_some() { types::unbounded(ty) } else { (**ty).clone() };
    if let (Some(borrow), true) = (types::find_borrow(&borrowing), lending != Lending::InPlace) {
        errors.push(diag::borrowed_return(borrow, &types::owned(ty)));
    }
    if let Some(lazy) = lazy {
        errors.push(diag::lazy_return(lazy));
    }
    Written::Type(ty)
}

/// The output of a function whose iterator becomes a stream, and the type of its items.
pub(super) fn streamed(
    sig: &Signature,
    error_source: impl Fn(&Type) -> ErrorSource,
    errors: &mut Errors,
) -> (Output, Option<TokenStream>) {
    if let Some(token) = &sig.asyncness {
        errors.push(diag::async_stream(token));
    }
    let ReturnType::Type(arrow, ty) = &sig.output else {
        let span = sig.paren_token.span.close();
        errors.push(diag::no_iterator(span));
        return (Output::Unit(span), None);
    };
    if let Type::Never(_) = types::peel(ty) {
        errors.push(diag::no_iterator(arrow.spans[0]));
        return (Output::Never(arrow.spans[0]), None);
    }
    if let Some(borrow) = types::find_borrow(ty) {
        errors.push(diag::borrowed_return(borrow, &types::owned(ty)));
    }
    let mut iterator = types::peel(ty).clone();
    if let Some(ok) = types::fallible(&mut iterator) {
        iterator = ok.clone();
    }
    if let Some(single) = types::single(&iterator) {
        errors.push(diag::single_item(&single.ident));
    }
    let item = types::item(ty);
    if let (Err(opaque), true) = (&item, types::single(&iterator).is_none()) {
        errors.push(diag::unknown_items(opaque));
    }
    let opaque = types::find_opaque(ty).is_some();
    (Output::Type { ty: ty.clone(), error_source: error_source(ty), opaque }, item.ok())
}
