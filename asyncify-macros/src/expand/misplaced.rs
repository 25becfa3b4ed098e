//! An annotated method in the `impl` of a trait, where it cannot have a hidden sibling.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{GenericParam, Generics, Signature, Type, TypeParam};

use super::local;
use crate::analyze::{FnPlan, Param, parameter_name, types};
use crate::diag;
use crate::item::RawFn;

// Input:
//     fn get<T: Key>(&self, key: T) -> u8 { BODY }
//
// Output, inside the async `get`:
//     trait __SyncToAsyncMisplaced<__Output> {
//         #[deprecated(note = "..")]
//         fn __sync_to_async_get<T>(_: impl Sized, _: impl Sized) -> __Output { panic!() }
//     }
//     impl<__Self: ?Sized, __Output> __SyncToAsyncMisplaced<__Output> for __Self {}
//
// The attribute cannot see what it stands in. In an inherent `impl` the sibling is the method of
// its name that counts, and this is dead. In the `impl` of a trait rustc rejects the sibling; then
// the call finds this, so that there is one error, and next to it the way out.
pub(super) fn fallback(method: &RawFn, plan: &FnPlan) -> TokenStream {
    let Signature { asyncness, safety, ident, generics, .. } = &method.sig;
    let [name, implementor, output] =
        ["__SyncToAsyncMisplaced", "__SyncToAsyncSelf", "__SyncToAsyncOutput"].map(local);
    let generics = without_bounds(generics, &plan.params);
    let params = plan.params.iter().map(|param| {
        let (cfgs, ty) = (&param.cfgs, &param.ty);
        // Its type parameter is inferred from the argument.
        if param.conversion.is_some() && parameter_name(ty).is_some() {
            return quote!(#(#cfgs)* _: #ty);
        }
        quote!(#(#cfgs)* _: impl ::core::marker::Sized)
    });
    let note = diag::MISPLACED_METHOD;
    quote! {
        trait #name<#output> {
            #[deprecated(note = #note)]
            #asyncness #safety fn #ident #generics(
                _: impl ::core::marker::Sized,
                #(#params),*
            ) -> #output {
                ::core::panic!()
            }
        }
        impl<#implementor: ?::core::marker::Sized, #output> #name<#output> for #implementor {}
    }
}

/// The parameters that a caller can name: types and constants.
fn without_bounds(generics: &Generics, params: &[Param]) -> TokenStream {
    let is_value = |name: &Ident| {
        let mut types =
            params.iter().filter(|param| param.conversion.is_some()).map(|param| &param.ty);
        types.any(|ty| matches!(types::peel(ty), Type::Path(path) if path.path.is_ident(name)))
    };
    let params = generics.params.iter().filter_map(|param| match param {
        GenericParam::Lifetime(_) => None,
        GenericParam::Type(TypeParam { ident, .. }) if is_value(ident) => Some(quote!(#ident)),
        GenericParam::Type(TypeParam { ident, .. }) => Some(quote!(#ident: ?::core::marker::Sized)),
        GenericParam::Const(param) => Some(quote!(#param)),
    });
    quote!(<#(#params),*>)
}
