//! Properties of a type as written: whether it borrows, what its owned form is, whether it is
//! generic.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{
    GenericArgument, Generics, Lifetime, LifetimeParam, Path, Signature, Type, TypeImplTrait,
    TypeParamBound, TypeReference, WherePredicate,
};

use super::visit::{Part, Visitor, visit};

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

pub(crate) fn is_never(ty: &Type) -> bool {
    matches!(peel(ty), Type::Never(_))
}

pub(crate) fn is_static(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

/// The tokens of a borrow that is shorter than `'static`, smallest first.
pub(crate) fn find_borrow(ty: &Type) -> Option<TokenStream> {
    let mut finder = BorrowFinder::default();
    visit(&mut ty.clone(), &mut finder);
    finder.found
}

/// Looks for lifetimes, except those that a `for<'a>`, a `fn(..)` or an `Fn(..)` binds itself.
#[derive(Default)]
struct BorrowFinder {
    found: Option<TokenStream>,
    higher_ranked: Vec<Ident>,
    /// Of each part around: how many were higher-ranked before it, and whether what is elided in it
    /// is bound by it.
    parts: Vec<(usize, bool)>,
}

impl BorrowFinder {
    fn record(&mut self, lifetime: Option<&Lifetime>, tokens: impl ToTokens) {
        let elided_is_free = || !self.parts.iter().any(|(_, binds)| *binds);
        let is_borrow = match lifetime {
            Some(lifetime) if lifetime.ident == "_" => elided_is_free(),
            Some(lifetime) => {
                lifetime.ident != "static" && !self.higher_ranked.contains(&lifetime.ident)
            }
            None => elided_is_free(),
        };
        if is_borrow && self.found.is_none() {
            self.found = Some(tokens.to_token_stream());
        }
    }
}

impl Visitor for BorrowFinder {
    fn ty(&mut self, ty: &mut Type) -> bool {
        if let Type::Reference(TypeReference { and_token, lifetime, mutability, .. }) = ty {
            self.record(lifetime.as_ref(), quote!(#and_token #mutability));
        }
        true
    }

    fn lifetime(&mut self, lifetime: &mut Lifetime) {
        self.record(Some(lifetime), &*lifetime);
    }

    fn enter(&mut self, part: &Part<'_>) -> bool {
        let (bound, binds_elided) = match part {
            // What is captured is judged by the types that capture it.
            Part::Capture => return false,
            Part::Bound(bound) => (*bound, false),
            Part::FnPtr(bound) => (*bound, true),
            Part::FnTrait => (None, true),
        };
        self.parts.push((self.higher_ranked.len(), binds_elided));
        for param in bound.iter().flat_map(|bound| &bound.lifetimes) {
            if let syn::GenericParam::Lifetime(LifetimeParam { lifetime, .. }) = param {
                self.higher_ranked.push(lifetime.ident.clone());
            }
        }
        true
    }

    fn leave(&mut self) {
        let (outer, _) = self.parts.pop().expect("a part that was entered");
        self.higher_ranked.truncate(outer);
    }
}

/// The token that says `impl` of a lazy type: an iterator or a future.
pub(crate) fn find_lazy(ty: &Type) -> Option<TokenStream> {
    const LAZY: [&str; 6] = [
        "Iterator",
        "IntoIterator",
        "DoubleEndedIterator",
        "ExactSizeIterator",
        "Future",
        "IntoFuture",
    ];
    find_impl(ty, |ty| {
        ty.bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                let last = bound.path.segments.last();
                last.is_some_and(|last| LAZY.iter().any(|lazy| last.ident == lazy))
            }
            _ => false,
        })
    })
}

/// An `impl Trait + 'a` without its `'a`.
pub(crate) fn unbounded(ty: &Type) -> Type {
    let mut ty = peel(ty).clone();
    if let Type::ImplTrait(opaque) = &mut ty {
        let is_trait = |bound: &TypeParamBound| matches!(bound, TypeParamBound::Trait(_));
        opaque.bounds = std::mem::take(&mut opaque.bounds).into_iter().filter(is_trait).collect();
    }
    ty
}

/// The token that says `impl` of an `impl Trait` in the type.
pub(crate) fn find_opaque(ty: &Type) -> Option<TokenStream> {
    find_impl(ty, |_| true)
}

/// The `Self` in a type.
pub(crate) fn find_self(ty: &Type) -> Option<TokenStream> {
    struct Finder(Option<TokenStream>);
    impl Visitor for Finder {
        fn ty(&mut self, ty: &mut Type) -> bool {
            if let (Type::Path(path), None) = (&*ty, &self.0) {
                self.0 = path.path.is_ident("Self").then(|| path.to_token_stream());
            }
            true
        }
    }
    let mut finder = Finder(None);
    visit(&mut ty.clone(), &mut finder);
    finder.0
}

/// The token that says `impl` of the first `impl Trait` of a kind.
fn find_impl(ty: &Type, is_meant: fn(&TypeImplTrait) -> bool) -> Option<TokenStream> {
    struct Finder(fn(&TypeImplTrait) -> bool, Option<TokenStream>);
    impl Visitor for Finder {
        fn ty(&mut self, ty: &mut Type) -> bool {
            if let Type::ImplTrait(opaque) = ty {
                if self.1.is_none() && self.0(opaque) {
                    self.1 = Some(opaque.impl_token.to_token_stream());
                }
            }
            true
        }
    }
    let mut finder = Finder(is_meant, None);
    visit(&mut ty.clone(), &mut finder);
    finder.1
}

/// The type of the items of an iterator, or the `impl` of a type that does not say it.
pub(crate) fn item(ty: &Type) -> Result<TokenStream, TokenStream> {
    let mut result = peel(ty).clone();
    if let Some(items) = fallible(&mut result) {
        *items = Type::Verbatim(item(items)?);
        return Ok(result.to_token_stream());
    }
    let Type::ImplTrait(opaque) = peel(ty) else {
        let first = ty.to_token_stream().into_iter().next();
        if single(ty).is_some() {
            return Err(first.into_iter().collect());
        }
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

/// The `I` of a `Result<I, ..>`.
pub(crate) fn fallible(ty: &mut Type) -> Option<&mut Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last_mut().filter(|last| last.ident == "Result")?;
    let syn::PathArguments::AngleBracketed(arguments) = &mut last.arguments else { return None };
    arguments.args.iter_mut().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The name of an `Option` or a `Result`: as an iterator, it has its value for its only item.
pub(crate) fn single(ty: &Type) -> Option<&syn::PathSegment> {
    let Type::Path(path) = peel(ty) else { return None };
    path.path.segments.last().filter(|last| last.ident == "Option" || last.ident == "Result")
}

/// Keeps every `impl Trait` in the type from capturing more than these parameters; a lifetime of
/// the caller's would hold the owned copies on the pool for longer than they live.
pub(crate) fn capture_only(ty: &mut Type, parameters: &[Ident]) {
    struct Capturer<'a>(&'a [Ident]);
    impl Visitor for Capturer<'_> {
        fn ty(&mut self, ty: &mut Type) -> bool {
            let Type::ImplTrait(ty) = ty else { return true };
            let says = |bound: &TypeParamBound| matches!(bound, TypeParamBound::PreciseCapture(_));
            if !ty.bounds.iter().any(says) {
                let parameters = self.0;
                ty.bounds.push(TypeParamBound::Verbatim(quote!(use<#(#parameters),*>)));
            }
            false
        }
    }
    visit(ty, &mut Capturer(parameters));
}

/// Says whether the type names a generic parameter, or may.
///
/// An attribute on a single method does not see the parameters of its `impl`; there a name of one
/// capital letter is taken for one, which only chooses between two wordings of an error.
pub(crate) fn is_generic(ty: &Type, known: &[Ident], self_is_generic: bool) -> bool {
    struct GenericFinder<'a>(bool, &'a [Ident], bool);
    impl Visitor for GenericFinder<'_> {
        fn ty(&mut self, ty: &mut Type) -> bool {
            match ty {
                Type::Path(ty) => {
                    if let (None, Some(first)) = (&ty.qself, ty.path.segments.first()) {
                        let name = first.ident.to_string();
                        self.0 |= self.1.contains(&first.ident)
                            || (self.2 && name == "Self")
                            || (name.len() == 1 && name.chars().all(char::is_uppercase));
                    }
                }
                Type::ImplTrait(_) => self.0 = true,
                _ => {}
            }
            !self.0
        }
    }
    let mut finder = GenericFinder(false, known, self_is_generic);
    visit(&mut ty.clone(), &mut finder);
    finder.0
}

/// Says whether a signature names `Self`, or has a receiver: only that of an associated function
/// can.
pub(crate) fn names_self(sig: &Signature) -> bool {
    sig.receiver().is_some() || has_word(sig.to_token_stream(), &|word| word == "Self")
}

/// Says whether one of the words stands anywhere in some code.
pub(crate) fn has_word(tokens: TokenStream, is_word: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => is_word(&word),
        TokenTree::Group(group) => has_word(group.stream(), is_word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
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
    owned_by(ty, owned_target)
}

fn owned_by(ty: &Type, owned_target: fn(&Type) -> Type) -> String {
    struct Owner(fn(&Type) -> Type);
    impl Visitor for Owner {
        fn ty(&mut self, ty: &mut Type) -> bool {
            // Before the lifetimes within, which are `'static` from then on.
            while let Type::Reference(reference) = &*ty {
                if is_static(reference.lifetime.as_ref()) {
                    break;
                }
                *ty = self.0(&reference.elem);
            }
            true
        }

        fn lifetime(&mut self, lifetime: &mut Lifetime) {
            lifetime.ident = Ident::new("static", lifetime.ident.span());
        }

        fn enter(&mut self, part: &Part<'_>) -> bool {
            // What binds its lifetimes itself stays as it is.
            !matches!(part, Part::FnPtr(_) | Part::FnTrait)
        }
    }
    let mut ty = peel(ty).clone();
    visit(&mut ty, &mut Owner(owned_target));
    text(&ty.to_token_stream())
}

/// "take `String`", for a parameter with borrows in it. Only the user knows whether a `Path` is
/// that of the standard library.
pub(crate) fn take_owned(ty: &Type) -> String {
    let (owned, other) = (
        owned(ty),
        owned_by(ty, |target| match peel(target) {
            Type::Path(path) if STD_UNSIZED.iter().any(|(name, _)| path.path.is_ident(name)) => {
                target.clone()
            }
            target => owned_target(target),
        }),
    );
    if owned == other {
        format!("take `{owned}`")
    } else {
        format!("take `{owned}`, or `{other}` if the type is not that of `std`")
    }
}

/// Types of the standard library that `ToOwned` makes another type of.
const STD_UNSIZED: [(&str, &str); 3] =
    [("Path", "PathBuf"), ("CStr", "CString"), ("OsStr", "OsString")];

/// What `ToOwned` makes of a borrowed type.
pub(crate) fn owned_target(target: &Type) -> Type {
    match peel(target) {
        Type::Slice(slice) => {
            let elem = &slice.elem;
            syn::parse_quote!(Vec<#elem>)
        }
        object @ Type::TraitObject(_) => syn::parse_quote!(Arc<#object>),
        Type::Path(path) if path.path.is_ident("str") => syn::parse_quote!(String),
        Type::Path(path) => match std_owned(&path.path) {
            Some(owned) => {
                let owned = Ident::new(owned, path.path.segments[0].ident.span());
                syn::parse_quote!(#owned)
            }
            None => target.clone(),
        },
        other => other.clone(),
    }
}

/// The owned form of one of [`STD_UNSIZED`], by its name alone or by a path in the standard
/// library.
fn std_owned(path: &Path) -> Option<&'static str> {
    let (first, last) = (path.segments.first()?, path.segments.last()?);
    let is_std = ["std", "core", "alloc"].iter().any(|name| first.ident == name);
    let (_, owned) = STD_UNSIZED.iter().find(|(name, _)| last.ident == name)?;
    (path.segments.len() == 1 || is_std).then_some(*owned)
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
