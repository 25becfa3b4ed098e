//! The receivers of methods that carry the attribute themselves.

use expect_test::expect;
use quote::quote;

use super::check_method;

#[test]
fn borrowed_self_is_cloned() {
    check_method(
        quote!(),
        quote! {
            pub fn get(&self, key: &str) -> Option<u8> { self.map.get(key).copied() }
        },
        &expect![[r#"
            impl Store {
                pub async fn get(&self, key: &str) -> Option<u8> {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        #[allow(clippy::borrow_deref_ref)]
                        let __p0 = __private::copy(&*(key));
                        let __run = move || {
                            Self::__sync_to_async_get(__self.lend(), __p0.lend())
                        };
                        __private::call(__private::output((__private::witness(&__run),).0), __run)
                            .start()
                    };
                    __started.await.take()
                }
                #[doc(hidden)]
                #[allow(..)]
                fn __sync_to_async_get(&self, key: &str) -> Option<u8> {
                    self.map.get(key).copied()
                }
            }
        "#]],
    );
}

#[test]
fn owned_self_is_moved() {
    check_method(
        quote!(),
        quote! {
            fn close(mut self, mut force: bool) { force |= self.open; }
        },
        &expect![[r#"
            impl Store {
                async fn close(self, force: bool) {
                    let __started = {
                        let __self = __private::arg((self,).0);
                        let __p0 = __private::arg((force,).0);
                        let __run = move || {
                            Self::__sync_to_async_close(__self.take(), __p0.take())
                        };
                        __private::plain(__run).start()
                    };
                    __started.await
                }
                #[doc(hidden)]
                #[allow(..)]
                fn __sync_to_async_close(mut self, mut force: bool) {
                    force |= self.open;
                }
            }
        "#]],
    );
}

#[test]
fn self_in_a_pointer_is_moved() {
    check_method(
        quote!(),
        quote! {
            fn shared(self: Arc<Self>, (a, b): (u8, u8)) -> u8 { a }
        },
        &expect![[r#"
            impl Store {
                async fn shared(self: Arc<Self>, arg1: (u8, u8)) -> u8 {
                    let __started = {
                        let __self = __private::arg((self,).0);
                        let __p0 = __private::arg((arg1,).0);
                        let __run = move || {
                            Self::__sync_to_async_shared(__self.take(), __p0.take())
                        };
                        __private::call(__private::output((__private::witness(&__run),).0), __run)
                            .start()
                    };
                    __started.await.take()
                }
                #[doc(hidden)]
                #[allow(..)]
                fn __sync_to_async_shared(self: Arc<Self>, (a, b): (u8, u8)) -> u8 {
                    a
                }
            }
        "#]],
    );
}

#[test]
fn self_by_written_reference_is_cloned() {
    check_method(
        quote!(),
        quote! {
            fn written(self: &Self) -> u8 { 1 }
        },
        &expect![[r#"
            impl Store {
                async fn written(self: &Self) -> u8 {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        let __run = move || { Self::__sync_to_async_written(__self.lend()) };
                        __private::call(__private::output((__private::witness(&__run),).0), __run)
                            .start()
                    };
                    __started.await.take()
                }
                #[doc(hidden)]
                #[allow(..)]
                fn __sync_to_async_written(self: &Self) -> u8 {
                    1
                }
            }
        "#]],
    );
}
