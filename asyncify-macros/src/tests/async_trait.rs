//! Methods that `#[async_trait]` has rewritten before.

use expect_test::expect;
use quote::quote;

use super::check_method;

#[test]
fn what_async_trait_has_boxed_stays_boxed() {
    check_method(
        quote!(),
        quote! {
            #[allow(clippy::type_complexity)]
            fn get<'life0, 'life1, 'async_trait>(
                &'life0 self,
                key: &'life1 str,
                (a, b): (u8, u8),
                path: impl AsRef<Path> + 'async_trait,
            ) -> ::core::pin::Pin<Box<
                dyn ::core::future::Future<Output = u8> + ::core::marker::Send + 'async_trait
            >>
            where
                'life0: 'async_trait,
                'life1: 'async_trait,
                Self: 'async_trait,
            {
                Box::pin(async move {
                    let __self = self;
                    let __ret: u8 = { BODY };
                    __ret
                })
            }
        },
        &expect![[r#"
            impl Store {
                #[allow(clippy::async_yields_async)]
                #[allow(clippy::type_complexity)]
                fn get<'life0, 'life1, 'async_trait>(
                    &'life0 self,
                    key: &'life1 str,
                    arg2: (u8, u8),
                    path: impl AsRef<Path> + 'async_trait,
                ) -> ::core::pin::Pin<
                    Box<
                        dyn ::core::future::Future<Output = u8> + ::core::marker::Send + 'async_trait,
                    >,
                >
                where
                    'life0: 'async_trait,
                    'life1: 'async_trait,
                    Self: 'async_trait,
                {
                    ::std::boxed::Box::pin(async move {
                        let __started = {
                            #[allow(clippy::borrow_deref_ref)]
                            let __self = __private::clone_self(&*(self));
                            #[allow(clippy::borrow_deref_ref)]
                            let __p0 = __private::copy(&*(key));
                            let __p1 = __private::arg((arg2,).0);
                            let __p2 = __private::copy_as_ref::<
                                Path,
                            >((::core::convert::AsRef::<Path>::as_ref(&path),).0);
                            #[allow(clippy::async_yields_async)]
                            let __run = move || async move {
                                if false {
                                    let __value: u8 = __private::fake();
                                    return (__value,).0;
                                }
                                #[allow(clippy::shadow_unrelated)]
                                let key = __p0.lend();
                                let __whole1 = __p1.take();
                                let (a, b) = __whole1;
                                #[allow(clippy::shadow_unrelated)]
                                let path = __p2.take();
                                match () {
                                    () => {
                                        let __self = __self.lend();
                                        let __ret: u8 = { BODY };
                                        __ret
                                    }
                                }
                            };
                            __private::call_async(
                                    __private::output((__private::witness_async(&__run),).0),
                                    __run,
                                )
                                .start()
                        };
                        __started.await.take()
                    })
                }
            }
        "#]],
    );
}

#[test]
fn without_an_output_it_has_none() {
    check_method(
        quote!(detach),
        quote! {
            fn put<'async_trait>(
                self: Arc<Self>,
            ) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = ()> + 'async_trait>>
            {
                Box::pin(async move {
                    let __self = self;
                    let _: () = { BODY };
                })
            }
        },
        &expect![[r#"
            impl Store {
                #[allow(clippy::async_yields_async)]
                fn put<'async_trait>(
                    self: Arc<Self>,
                ) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = ()> + 'async_trait>> {
                    ::std::boxed::Box::pin(async move {
                        let __started = {
                            let __self = __private::arg((self,).0);
                            #[allow(clippy::async_yields_async)]
                            let __run = move || async move {
                                if false {
                                    let __value: () = __private::fake();
                                    return (__value,).0;
                                }
                                match () {
                                    () => {
                                        let __self = __self.take();
                                        let _: () = { BODY };
                                    }
                                }
                            };
                            __private::plain_async(__run).detach().start()
                        };
                        __started.await
                    })
                }
            }
        "#]],
    );
}
