//! Collects the mistakes of one invocation, so that all of them are reported in one go.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Errors {
    found: Option<syn::Error>,
    /// Of what may not be compiled, as tokens.
    conditional: TokenStream,
}

impl Errors {
    /// Adds one mistake.
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.found {
            Some(first) => first.combine(error),
            none => *none = Some(error),
        }
    }

    /// Keeps the value of a result and collects its error.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Says whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_none() && self.conditional.is_empty()
    }

    /// Moves the mistakes of `other` behind these.
    pub(crate) fn append(&mut self, other: Self) {
        if let Some(error) = other.found {
            self.push(error);
        }
        self.conditional.extend(other.conditional);
    }

    /// The same for an item with these attributes, whose `#[cfg]` says whether it is compiled. To
    /// an attribute on the block around it, it is there in any case.
    pub(crate) fn append_under(&mut self, attrs: &[Attribute], other: Self) {
        let cfgs: Vec<_> = attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect();
        if cfgs.is_empty() {
            return self.append(other);
        }
        for error in other.found.into_iter().flatten() {
            let error = error.into_compile_error();
            self.conditional.extend(quote!(#(#cfgs)* #error));
        }
    }

    /// One `compile_error!` for each mistake, to follow the item.
    pub(crate) fn to_tokens(&self) -> TokenStream {
        let mut tokens: TokenStream =
            self.found.as_ref().map(syn::Error::to_compile_error).unwrap_or_default();
        tokens.extend(self.conditional.clone());
        tokens
    }
}
