//! The signature of a method whose future is boxed.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{FnArg, GenericParam, Lifetime, ReceiverKind, ReturnType, Signature, Type, WhereClause};

use crate::analyze::visit::{Part, Visitor, visit};
use crate::spans::{TypeSpans, unseen};

// Input:
//     fn get(&self, key: &str) -> u8
//
// Output:
//     fn get<'__life0, '__life1, '__call>(&'__life0 self, key: &'__life1 str)
//         -> Pin<Box<dyn Future<Output = u8> + Send + '__call>>
//     where '__life0: '__call, '__life1: '__call, Self: '__call
//
// The future holds all that it is passed: every lifetime gets a name, by which it says so.
pub(crate) fn signature(sig: &mut Signature, boxed: &TokenStream) {
    let output = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    let (span, end) = match &sig.output {
        ReturnType::Default => (sig.paren_token.span.close(), sig.paren_token.span.close()),
        ReturnType::Type(_, ty) => (TypeSpans::of(ty).first, TypeSpans::of(ty).last),
    };
    let mut names = Names::default();
    let mut of_self = None;
    for input in &mut sig.inputs {
        match input {
            FnArg::Receiver(receiver) => match &mut receiver.kind {
                ReceiverKind::Reference(and, lifetime, _) => {
                    names.name(lifetime, and.span);
                    of_self.clone_from(lifetime);
                }
                ReceiverKind::Typed(_, ty) => {
                    visit(ty, &mut names);
                    of_self = first_lifetime(ty);
                }
                _ => {}
            },
            FnArg::Typed(input) => visit(&mut input.ty, &mut names),
        }
    }
    let call = lifetime("__call", span);
    let mut bounds = Vec::new();
    for param in &sig.generics.params {
        match param {
            GenericParam::Lifetime(param) => {
                let outlives = &param.lifetime;
                bounds.push(quote!(#outlives: #call));
            }
            GenericParam::Type(param) => {
                let ty = &param.ident;
                bounds.push(quote!(#ty: #call));
            }
            GenericParam::Const(_) => {}
        }
    }
    if sig.receiver().is_some() {
        bounds.push(quote_spanned!(span=> Self: #call));
    }
    let position = sig.generics.lifetimes().count();
    for (offset, name) in names.0.iter().chain([&call]).enumerate() {
        sig.generics.params.insert(position + offset, syn::parse_quote!(#name));
        if *name != call {
            bounds.push(quote!(#name: #call));
        }
    }
    // Errors about what is generic point at the name where nothing is, and those about the whole
    // signature end where the output does.
    let name = unseen(sig.ident.span());
    sig.generics.lt_token.get_or_insert(syn::Token![<](name));
    sig.generics.gt_token.get_or_insert(syn::Token![>](name));
    if !bounds.is_empty() {
        let last = quote_spanned!(end=> ,);
        let added: WhereClause = syn::parse_quote!(where #(#bounds),* #last);
        let where_token = syn::Token![where](span);
        let none = || WhereClause { where_token, predicates: Punctuated::new() };
        let conditions = sig.generics.where_clause.get_or_insert_with(none);
        conditions.predicates.extend(added.predicates.into_pairs());
    }
    // What the output borrows, with `in_place`, it borrows by the rules of elision.
    let only = if names.0.len() == 1 { names.0.first().cloned() } else { None };
    let mut output: Type = syn::parse_quote!(#output);
    if let Some(source) = of_self.or(only) {
        visit(&mut output, &mut Fill(source));
    }
    let future = quote_spanned! {span=>
        ::core::pin::Pin<#boxed<
            dyn ::core::future::Future<Output = #output> + ::core::marker::Send + #call
        >>
    };
    sig.output = ReturnType::Type(syn::Token![->](span), Box::new(Type::Verbatim(future)));
}

fn lifetime(name: &str, span: Span) -> Lifetime {
    Lifetime::new(&format!("'{name}"), Span::call_site().located_at(span))
}

/// Names the lifetimes that are left out.
#[derive(Default)]
struct Names(Vec<Lifetime>);

impl Names {
    fn fresh(&mut self, span: Span) -> Lifetime {
        let name = lifetime(&format!("__life{}", self.0.len()), span);
        self.0.push(name.clone());
        name
    }

    /// Errors about a lifetime that is left out point at the `&` that has it.
    fn name(&mut self, written: &mut Option<Lifetime>, and: Span) {
        match written {
            None => *written = Some(self.fresh(unseen(and))),
            Some(lifetime) => self.lifetime(lifetime),
        }
    }
}

impl Visitor for Names {
    fn ty(&mut self, ty: &mut Type) -> bool {
        if let Type::Reference(ty) = ty {
            self.name(&mut ty.lifetime, ty.and_token.span);
        }
        true
    }

    fn lifetime(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.fresh(lifetime.span());
        }
    }

    fn enter(&mut self, part: &Part<'_>) -> bool {
        is_ours(part)
    }
}

/// Puts a lifetime wherever one is left out.
struct Fill(Lifetime);

impl Visitor for Fill {
    fn ty(&mut self, ty: &mut Type) -> bool {
        if let Type::Reference(ty) = ty {
            ty.lifetime.get_or_insert_with(|| self.0.clone());
        }
        true
    }

    fn lifetime(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.0.clone();
        }
    }

    fn enter(&mut self, part: &Part<'_>) -> bool {
        is_ours(part)
    }
}

/// What binds its lifetimes itself stays as it is.
fn is_ours(part: &Part<'_>) -> bool {
    !matches!(part, Part::FnPtr(_) | Part::FnTrait)
}

/// The lifetime of a `self: &'a Self`, by which what is returned is elided.
fn first_lifetime(ty: &Type) -> Option<Lifetime> {
    struct Finder(Option<Lifetime>);
    impl Visitor for Finder {
        fn ty(&mut self, ty: &mut Type) -> bool {
            if let (Type::Reference(ty), None) = (ty, &self.0) {
                self.0.clone_from(&ty.lifetime);
            }
            true
        }
    }
    let mut finder = Finder(None);
    visit(&mut ty.clone(), &mut finder);
    finder.0
}
