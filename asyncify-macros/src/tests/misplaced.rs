//! What stands in for the sibling of a method that may be in the `impl` of a trait.

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{ImplItem, Item, ItemImpl, Stmt};

use super::pretty;
use crate::args::Direction;

/// Takes the stand-in, a trait and its `impl`, out of the first method.
pub(super) fn take(block: &mut ItemImpl) -> Vec<Item> {
    let mut found = Vec::new();
    let Some(ImplItem::Fn(method)) = block.items.first_mut() else { return found };
    method.block.stmts.retain(|statement| match statement {
        Stmt::Item(item @ (Item::Trait(_) | Item::Impl(_))) => {
            found.push(item.clone());
            false
        }
        _ => true,
    });
    found
}

/// Says whether the body is in a hidden method beside the first one.
pub(super) fn has_sibling(block: &ItemImpl) -> bool {
    block.items.iter().any(|item| {
        matches!(item, ImplItem::Fn(method) if method.sig.ident.to_string().starts_with("__sync_to_async_"))
    })
}

#[track_caller]
fn check(method: TokenStream, expect: &Expect) {
    let methods = crate::attribute(Direction::ToAsync, TokenStream::new(), method);
    let mut block: ItemImpl = syn::parse2(quote!(impl Store { #methods })).unwrap();
    let stand_in = take(&mut block);
    expect.assert_eq(&pretty(quote!(#(#stand_in)*)));
}

#[test]
fn it_takes_whatever_it_is_passed() {
    check(
        quote! {
            fn get(&self, key: &str, #[cfg(unix)] (a, b): (u8, u8)) -> u8 { BODY }
        },
        &expect![[r#"
            trait __SyncToAsyncMisplaced<__SyncToAsyncOutput> {
                #[deprecated(
                    note = "in an `#[async_trait] impl`, write `async fn`; for another trait, put `#[sync_to_async(opt_in)]` on the `impl` too"
                )]
                fn __sync_to_async_get(
                    _: impl ::core::marker::Sized,
                    _: impl ::core::marker::Sized,
                    #[cfg(unix)]
                    _: impl ::core::marker::Sized,
                ) -> __SyncToAsyncOutput {
                    ::core::panic!()
                }
            }
            impl<
                __SyncToAsyncSelf: ?::core::marker::Sized,
                __SyncToAsyncOutput,
            > __SyncToAsyncMisplaced<__SyncToAsyncOutput> for __SyncToAsyncSelf {}
        "#]],
    );
}

#[test]
fn it_is_as_async_unsafe_and_generic_as_the_sibling() {
    check(
        quote! {
            async unsafe fn get<'a, K: Key + 'a, const N: usize>(self: Arc<Self>, key: K) -> [u8; N]
            where
                K: Ord,
            { BODY }
        },
        &expect![[r#"
            trait __SyncToAsyncMisplaced<__SyncToAsyncOutput> {
                #[deprecated(
                    note = "in an `#[async_trait] impl`, write `async fn`; for another trait, put `#[sync_to_async(opt_in)]` on the `impl` too"
                )]
                async unsafe fn __sync_to_async_get<K: ?::core::marker::Sized, const N: usize>(
                    _: impl ::core::marker::Sized,
                    _: impl ::core::marker::Sized,
                ) -> __SyncToAsyncOutput {
                    ::core::panic!()
                }
            }
            impl<
                __SyncToAsyncSelf: ?::core::marker::Sized,
                __SyncToAsyncOutput,
            > __SyncToAsyncMisplaced<__SyncToAsyncOutput> for __SyncToAsyncSelf {}
        "#]],
    );
}

#[test]
fn none_is_needed_without_a_receiver() {
    check(
        quote!(
            fn open(path: &Path) -> u8 {
                BODY
            }
        ),
        &expect![[r#""#]],
    );
}
