//! Checks everything about an annotated item, and builds the [`FnPlan`] that expansion follows.

pub(crate) mod types;
pub(crate) mod visit;

mod async_trait;
mod block;
mod capture;
mod conversion;
mod function;
mod limit;
mod lints;
mod output;
mod plan;
mod process;

pub(crate) use async_trait::is_of_async_trait;
pub(crate) use block::{
    BlockPlan, MemberPlan, MethodKind, arguments, block, is_ours, own_arguments, take_attributes,
};
pub(crate) use conversion::{Conversion, ConversionKind, parameter_name};
pub(crate) use function::{counterpart_name, function, is_associated, lent, plain_name};
pub(crate) use lints::of_counterpart;
pub(crate) use plan::{
    BodyPlace, Capture, ErrorSource, Flavour, FnPlan, Form, Limit, Options, Output, Param,
    ProcessPlan, ReceiverPlan, Run, Target, TraitScope,
};
pub(crate) use process::process;

use proc_macro2::Ident;
use syn::{GenericParam, Generics, Type};

/// What surrounds a function, as far as the attribute can see.
pub(crate) enum Site<'a> {
    /// The attribute stands on the function: free, or in an inherent `impl`.
    Alone,
    Inherent {
        generics: &'a Generics,
        self_ty: &'a Type,
    },
    Trait(&'a TraitScope),
}

impl<'a> Site<'a> {
    /// The type of the `impl`, where it is seen.
    fn self_ty(&self) -> Option<&'a Type> {
        match self {
            Self::Alone => None,
            Self::Inherent { self_ty, .. } => Some(self_ty),
            Self::Trait(scope) => scope.self_ty.as_ref(),
        }
    }
}

/// The names of the type and const parameters.
pub(crate) fn parameter_names(generics: &Generics) -> Vec<Ident> {
    let name = |param: &GenericParam| match param {
        GenericParam::Type(param) => Some(param.ident.clone()),
        GenericParam::Const(param) => Some(param.ident.clone()),
        GenericParam::Lifetime(_) => None,
    };
    generics.params.iter().filter_map(name).collect()
}
