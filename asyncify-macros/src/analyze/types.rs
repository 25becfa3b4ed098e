//! What a written type says: whether it borrows, what its owned form is, whether it is generic.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    AngleBracketedGenericArguments, BoundLifetimes, GenericArgument, Generics, Lifetime,
    LifetimeParam, ParenthesizedGenericArguments, Signature, Type, TypeFnPtr, TypeImplTrait,
    TypeParamBound, TypePath, TypeReference, TypeTraitObject, WherePredicate,
};

/// The type without the invisible groups and parentheses around it.
pub(crate) fn peel(mut ty: &Type) -> &Type {
    loop {
        match ty {
            Type::Group(group) => ty = &group.elem,
            Type::Paren(paren) => ty = &paren.elem,
            _ => return ty,
        }
    }
}

pub(crate) fn is_static(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

/// The tokens of a borrow that is shorter than `'static`, smallest first.
pub(crate) fn find_borrow(ty: &Type) -> Option<TokenStream> {
    let mut finder = BorrowFinder { found: None, higher_ranked: Vec::new(), elided_is_free: true };
    finder.visit_type(ty);
    finder.found
}

/// Looks for lifetimes, except those that a `for<'a>`, a `fn(..)` or an `Fn(..)` binds itself.
struct BorrowFinder {
    found: Option<TokenStream>,
    higher_ranked: Vec<Ident>,
    elided_is_free: bool,
}

impl BorrowFinder {
    fn record(&mut self, lifetime: Option<&Lifetime>, tokens: impl ToTokens) {
        let is_borrow = match lifetime {
            Some(lifetime) if lifetime.ident == "_" => self.elided_is_free,
            Some(lifetime) => {
                lifetime.ident != "static" && !self.higher_ranked.contains(&lifetime.ident)
            }
            None => self.elided_is_free,
        };
        if is_borrow && self.found.is_none() {
            self.found = Some(tokens.to_token_stream());
        }
    }

    fn within(&mut self, bound: Option<&BoundLifetimes>, visit: impl FnOnce(&mut Self)) {
        let outer = self.higher_ranked.len();
        for param in bound.iter().flat_map(|bound| &bound.lifetimes) {
            if let syn::GenericParam::Lifetime(LifetimeParam { lifetime, .. }) = param {
                self.higher_ranked.push(lifetime.ident.clone());
            }
        }
        visit(self);
        self.higher_ranked.truncate(outer);
    }

    fn without_elided(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.elided_is_free, false);
        visit(self);
        self.elided_is_free = outer;
    }
}

impl<'ast> Visit<'ast> for BorrowFinder {
    fn visit_type_reference(&mut self, ty: &'ast TypeReference) {
        let TypeReference { and_token, lifetime, mutability, .. } = ty;
        self.record(lifetime.as_ref(), quote!(#and_token #mutability));
        visit::visit_type(self, &ty.elem);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        self.record(Some(lifetime), lifetime);
    }

    fn visit_type_fn_ptr(&mut self, ty: &'ast TypeFnPtr) {
        self.within(ty.lifetimes.as_ref(), |this| {
            this.without_elided(|this| {
                ty.inputs.iter().for_each(|input| this.visit_type(&input.ty));
                this.visit_return_type(&ty.output);
            });
        });
    }

    fn visit_parenthesized_generic_arguments(&mut self, args: &'ast ParenthesizedGenericArguments) {
        self.without_elided(|this| visit::visit_parenthesized_generic_arguments(this, args));
    }

    fn visit_trait_bound(&mut self, bound: &'ast syn::TraitBound) {
        self.within(bound.lifetimes.as_ref(), |this| this.visit_path(&bound.path));
    }

    // `use<'a>` names what is captured; it is judged by the types that capture it.
    fn visit_precise_capture(&mut self, _: &'ast syn::PreciseCapture) {}

    // Expressions in array lengths and const arguments borrow nothing that stays.
    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}

/// The token that says `impl` of a lazy type: an iterator or a future.
pub(crate) fn find_lazy(ty: &Type) -> Option<TokenStream> {
    struct LazyFinder(Option<TokenStream>);
    impl<'ast> Visit<'ast> for LazyFinder {
        // An expression is no part of the type.
        fn visit_expr(&mut self, _: &'ast syn::Expr) {}

        fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
            const LAZY: [&str; 6] = [
                "Iterator",
                "IntoIterator",
                "DoubleEndedIterator",
                "ExactSizeIterator",
                "Future",
                "IntoFuture",
            ];
            let is_lazy = ty.bounds.iter().any(|bound| match bound {
                TypeParamBound::Trait(bound) => {
                    let last = bound.path.segments.last();
                    last.is_some_and(|last| LAZY.iter().any(|lazy| last.ident == lazy))
                }
                _ => false,
            });
            if is_lazy && self.0.is_none() {
                self.0 = Some(ty.impl_token.to_token_stream());
            }
            visit::visit_type_impl_trait(self, ty);
        }
    }
    let mut finder = LazyFinder(None);
    finder.visit_type(ty);
    finder.0
}

/// The type of the items of an iterator, or the `impl` of a type that does not say it.
pub(crate) fn item(ty: &Type) -> Result<TokenStream, TokenStream> {
    let Type::ImplTrait(opaque) = peel(ty) else {
        let first = ty.to_token_stream().into_iter().next();
        let span = first.map_or_else(proc_macro2::Span::call_site, |token| token.span());
        return Ok(quote::quote_spanned! {span=>
            <#ty as ::core::iter::IntoIterator>::Item
        });
    };
    let arguments = opaque.bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().map(|last| &last.arguments),
        _ => None,
    });
    let mut items = arguments.filter_map(|arguments| match arguments {
        syn::PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::AssocType(item) if item.ident == "Item" => {
                    Some(item.ty.to_token_stream())
                }
                _ => None,
            })
        }
        _ => None,
    });
    items.next().ok_or_else(|| opaque.impl_token.to_token_stream())
}

/// Keeps every `impl Trait` in the type from capturing more than these parameters; a lifetime of
/// the caller's would hold the owned copies on the pool for longer than they live.
pub(crate) fn capture_only(ty: &mut Type, parameters: &[Ident]) {
    struct Capturer<'a>(&'a [Ident]);
    impl VisitMut for Capturer<'_> {
        // An expression is no part of the type.
        fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}

        fn visit_type_impl_trait_mut(&mut self, ty: &mut TypeImplTrait) {
            let says = |bound: &TypeParamBound| matches!(bound, TypeParamBound::PreciseCapture(_));
            if !ty.bounds.iter().any(says) {
                let parameters = self.0;
                ty.bounds.push(TypeParamBound::Verbatim(quote!(use<#(#parameters),*>)));
            }
        }
    }
    Capturer(parameters).visit_type_mut(ty);
}

/// The token that says `impl` of an `impl Trait` in the type.
pub(crate) fn find_opaque(ty: &Type) -> Option<TokenStream> {
    struct OpaqueFinder(Option<TokenStream>);
    impl<'ast> Visit<'ast> for OpaqueFinder {
        // An expression is no part of the type.
        fn visit_expr(&mut self, _: &'ast syn::Expr) {}

        fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
            self.0.get_or_insert(ty.impl_token.to_token_stream());
        }
    }
    let mut finder = OpaqueFinder(None);
    finder.visit_type(ty);
    finder.0
}

/// Says whether the type names a generic parameter, or may.
///
/// An attribute on a single method does not see the parameters of its `impl`; there a name of one
/// capital letter is taken for one, which only chooses between two wordings of an error.
pub(crate) fn is_generic(ty: &Type, known: &[Ident], self_is_generic: bool) -> bool {
    struct GenericFinder<'a>(bool, &'a [Ident], bool);
    impl<'ast> Visit<'ast> for GenericFinder<'_> {
        fn visit_type_path(&mut self, ty: &'ast TypePath) {
            if let (None, Some(first)) = (&ty.qself, ty.path.segments.first()) {
                let name = first.ident.to_string();
                self.0 |= self.1.contains(&first.ident)
                    || (self.2 && name == "Self")
                    || (name.len() == 1 && name.chars().all(char::is_uppercase));
            }
            visit::visit_type_path(self, ty);
        }

        fn visit_type_impl_trait(&mut self, _: &'ast TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut finder = GenericFinder(false, known, self_is_generic);
    finder.visit_type(ty);
    finder.0
}

/// Says whether a signature names `Self`, or has a receiver: only that of an associated function can.
pub(crate) fn names_self(sig: &Signature) -> bool {
    struct SelfFinder(bool);
    impl<'ast> Visit<'ast> for SelfFinder {
        fn visit_ident(&mut self, ident: &'ast Ident) {
            self.0 |= ident == "Self";
        }
    }
    let mut finder = SelfFinder(sig.receiver().is_some());
    finder.visit_signature(sig);
    finder.0
}

/// Says whether a type is seen to have no size: a slice, a string or a trait object.
pub(crate) fn is_unsized(ty: &Type) -> bool {
    match peel(ty) {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => {
            ["str", "Path", "CStr", "OsStr"].iter().any(|name| path.path.is_ident(name))
        }
        _ => false,
    }
}

/// Says whether a reference is one to a slice.
pub(crate) fn is_slice(ty: &Type) -> bool {
    matches!(peel(ty), Type::Reference(reference) if matches!(peel(&reference.elem), Type::Slice(_)))
}

/// Says whether what a reference points to has a known size: no slice, and no parameter `?Sized`.
pub(crate) fn target_is_sized(ty: &Type, generics: &Generics) -> bool {
    let Type::Reference(reference) = peel(ty) else { return true };
    let may_be_unsized = |bounds: &Punctuated<TypeParamBound, syn::Token![+]>| {
        bounds.iter().any(|bound| text(&bound.to_token_stream()).starts_with('?'))
    };
    match peel(&reference.elem) {
        Type::Slice(_) => false,
        Type::ImplTrait(opaque) => !may_be_unsized(&opaque.bounds),
        Type::Path(path) => {
            let Some(name) = path.path.get_ident() else { return true };
            let declared = generics.type_params().filter(|param| param.ident == *name);
            let conditions = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
            let required = conditions.filter_map(|predicate| match predicate {
                WherePredicate::Type(condition) => match peel(&condition.bounded_ty) {
                    Type::Path(bounded) if bounded.path.is_ident(name) => Some(&condition.bounds),
                    _ => None,
                },
                _ => None,
            });
            !declared.map(|param| &param.bounds).chain(required).any(may_be_unsized)
        }
        _ => true,
    }
}

/// The type with every borrow in it made owned, as a user would write it.
pub(crate) fn owned(ty: &Type) -> String {
    struct Owner;
    impl VisitMut for Owner {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            // Before the lifetimes within, which are `'static` from then on.
            while let Type::Reference(reference) = &*ty {
                if is_static(reference.lifetime.as_ref()) {
                    break;
                }
                *ty = owned_target(&reference.elem);
            }
            visit_mut::visit_type_mut(self, ty);
        }

        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            lifetime.ident = Ident::new("static", lifetime.ident.span());
        }

        // What binds its lifetimes itself stays as it is.
        fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}
        fn visit_parenthesized_generic_arguments_mut(
            &mut self,
            _: &mut ParenthesizedGenericArguments,
        ) {
        }

        fn visit_angle_bracketed_generic_arguments_mut(
            &mut self,
            args: &mut AngleBracketedGenericArguments,
        ) {
            for arg in &mut args.args {
                match arg {
                    GenericArgument::Lifetime(lifetime) => self.visit_lifetime_mut(lifetime),
                    GenericArgument::Type(ty) => self.visit_type_mut(ty),
                    GenericArgument::AssocType(assoc) => self.visit_type_mut(&mut assoc.ty),
                    _ => {}
                }
            }
        }

        fn visit_type_trait_object_mut(&mut self, ty: &mut TypeTraitObject) {
            visit_mut::visit_type_trait_object_mut(self, ty);
        }
    }
    let mut ty = peel(ty).clone();
    Owner.visit_type_mut(&mut ty);
    text(&ty.to_token_stream())
}

/// What `ToOwned` makes of a borrowed type.
pub(crate) fn owned_target(target: &Type) -> Type {
    match peel(target) {
        Type::Slice(slice) => {
            let elem = &slice.elem;
            syn::parse_quote!(Vec<#elem>)
        }
        object @ Type::TraitObject(_) => syn::parse_quote!(Arc<#object>),
        Type::Path(path) => match path.path.segments.last().map(|last| last.ident.to_string()) {
            Some(name) if name == "str" => syn::parse_quote!(String),
            Some(name) if name == "Path" => syn::parse_quote!(PathBuf),
            Some(name) if name == "CStr" => syn::parse_quote!(CString),
            Some(name) if name == "OsStr" => syn::parse_quote!(OsString),
            _ => target.clone(),
        },
        other => other.clone(),
    }
}

/// Tokens as a person would space them.
pub(crate) fn text(tokens: &TokenStream) -> String {
    let mut text = tokens.to_string();
    for (wide, narrow) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        (" ;", ";"),
        ("( ", "("),
        (" )", ")"),
        ("[ ", "["),
        (" ]", "]"),
        ("-> ", "-> "),
        (" (", "("),
    ] {
        text = text.replace(wide, narrow);
    }
    text
}
