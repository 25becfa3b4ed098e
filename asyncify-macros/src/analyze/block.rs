//! Checks an `impl` or a `trait`, method by method.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Path};

use super::function::lent;
use super::plan::{FnPlan, TraitScope};
use super::{Site, function, is_of_async_trait};
use crate::args::{self, Args, Direction, Place};
use crate::diag;
use crate::errors::Errors;
use crate::item::{BlockKind, Member, RawBlock, RawFn};

/// A checked block.
pub(crate) struct BlockPlan {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) header: TokenStream,
    /// Of the braces.
    pub(crate) span: Span,
    pub(crate) inner_attrs: Vec<Attribute>,
    pub(crate) members: Vec<MemberPlan>,
}

pub(crate) enum MemberPlan {
    Fn(Box<FnPlan>),
    /// A method with a mistake, which was reported, and its arguments.
    Wrong(Box<RawFn>, Box<Args>, MethodKind),
    /// A skipped method, or no method.
    Other(TokenStream),
}

/// Whether a trait declares a method, which decides how its future is written.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum MethodKind {
    Plain,
    OfDefinition,
    Boxed,
}

impl RawBlock {
    pub(crate) fn place(&self) -> Place {
        match self.kind {
            BlockKind::Inherent { .. } => Place::InherentImpl,
            BlockKind::TraitImpl { .. } => Place::TraitImpl,
            BlockKind::TraitDefinition { .. } => Place::Trait,
        }
    }

    fn scope(&self) -> Option<TraitScope> {
        let (implemented, self_ty) = match &self.kind {
            BlockKind::Inherent { .. } => return None,
            BlockKind::TraitImpl { implemented, self_ty } => {
                (implemented.clone(), Some(self_ty.clone()))
            }
            BlockKind::TraitDefinition { name } => {
                let (_, arguments, _) = self.generics.split_for_impl();
                let path: Path = syn::parse_quote!(#name #arguments);
                (path, None)
            }
        };
        Some(TraitScope { generics: self.generics.clone(), implemented, self_ty })
    }
}

/// Checks each method with the arguments of the block, or its own.
pub(crate) fn block(raw: RawBlock, block_args: &Args, errors: &mut Errors) -> BlockPlan {
    let scope = raw.scope();
    let site = match (&raw.kind, &scope) {
        (BlockKind::Inherent { self_ty }, _) => Site::Inherent { generics: &raw.generics, self_ty },
        (_, Some(scope)) => Site::Trait(scope),
        (_, None) => Site::Alone,
    };
    let place = if scope.is_some() { Place::TraitMethod } else { Place::Method };
    let kind = match raw.kind {
        _ if block_args.boxed => MethodKind::Boxed,
        BlockKind::TraitDefinition { .. } => MethodKind::OfDefinition,
        _ => MethodKind::Plain,
    };
    let is_boxed =
        |member: &Member| matches!(member, Member::Fn(method) if is_of_async_trait(&method.sig));
    let is_below_async_trait = raw.members.iter().any(is_boxed);
    let member = |member| match member {
        Member::Other(tokens) => MemberPlan::Other(tokens),
        Member::Fn(mut method) => {
            let is_marked = method.attrs.iter().any(|attr| is_ours(attr, Direction::ToAsync));
            if block_args.opt_in && !is_marked {
                return MemberPlan::Other(quote::quote!(#method));
            }
            let mut found = Errors::default();
            let own = own_arguments(&mut method, Direction::ToAsync, place, &mut found);
            let own_lend = own.lend.clone();
            let args = own.or_block(block_args);
            let is_left_sync = is_below_async_trait
                && kind == MethodKind::Plain
                && !is_of_async_trait(&method.sig);
            let plan = match args.skip {
                true => MemberPlan::Other(quote::quote!(#method)),
                false if is_left_sync => {
                    found.push(diag::sync_below_async_trait(&method.sig.ident));
                    let boxed = MethodKind::Boxed;
                    MemberPlan::Wrong(Box::new(method.clone()), Box::new(args), boxed)
                }
                false => match function(&method, &args, &site, &mut found) {
                    Some(plan) => {
                        lent(own_lend.as_ref(), [&plan], &mut found);
                        MemberPlan::Fn(Box::new(plan))
                    }
                    None => MemberPlan::Wrong(Box::new(method.clone()), Box::new(args), kind),
                },
            };
            errors.append_under(&method.attrs, found);
            plan
        }
    };
    let members: Vec<_> = raw.members.into_iter().map(member).collect();
    // What is wrong with a method may be how it lends.
    if !members.iter().any(|member| matches!(member, MemberPlan::Wrong(..))) {
        let plans = members.iter().filter_map(|member| match member {
            MemberPlan::Fn(plan) => Some(&**plan),
            _ => None,
        });
        lent(block_args.lend.as_ref(), plans, errors);
    }
    BlockPlan {
        attrs: raw.attrs,
        header: raw.header,
        span: raw.braces.span(),
        inner_attrs: raw.inner_attrs,
        members,
    }
}

/// Takes the attribute off a method and reads its arguments.
pub(crate) fn own_arguments(
    method: &mut RawFn,
    direction: Direction,
    place: Place,
    errors: &mut Errors,
) -> Args {
    let mut args = Args::default();
    let mut taken = take_attributes(&mut method.attrs, direction).into_iter();
    if let Some(attribute) = taken.next() {
        args = args::parse(arguments(&attribute), direction, place, errors);
    }
    taken.for_each(|attribute| errors.push(diag::duplicate_attribute(attribute, direction)));
    args
}

/// What stands between the parentheses of an attribute.
pub(crate) fn arguments(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}

/// Says whether an attribute has this name, by whatever path.
pub(crate) fn is_ours(attribute: &Attribute, direction: Direction) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == direction.name())
}

/// Removes every attribute of this name, by whatever path, from the attributes.
pub(crate) fn take_attributes(attrs: &mut Vec<Attribute>, direction: Direction) -> Vec<Attribute> {
    let (ours, others) =
        std::mem::take(attrs).into_iter().partition(|attr| is_ours(attr, direction));
    *attrs = others;
    ours
}
