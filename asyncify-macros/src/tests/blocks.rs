//! Whole `impl`s and traits.

use expect_test::expect;
use quote::quote;

use super::check;

#[test]
fn only_marked_methods_change_with_opt_in() {
    check(
        quote!(opt_in, detach),
        quote!(
            impl Store {
                fn left(&self) -> u8 {
                    BODY
                }
                async fn asynchronous(&self) -> u8 {
                    BODY
                }
                #[sync_to_async]
                fn marked(key: u8) {
                    BODY
                }
            }
        ),
        &expect![[r#"
            impl Store {
                fn left(&self) -> u8 {
                    BODY
                }
                async fn asynchronous(&self) -> u8 {
                    BODY
                }
                async fn marked(key: u8) {
                    let __started = {
                        let __p0 = __private::arg((key,).0);
                        let __run = move || -> () {
                            #[allow(clippy::shadow_unrelated)]
                            let key = __p0.take();
                            match () {
                                () => BODY,
                            }
                        };
                        __private::plain(__run).detach().start()
                    };
                    __started.await
                }
            }
        "#]],
    );
}

#[test]
fn inherent_impl() {
    check(
        quote!(),
        quote! {
            impl<T: Send + 'static> Store<T> where T: Clone { const SIZE: usize = { 8 }; fn get(&self, at: &T) -> T { 1 } #[sync_to_async(skip)] fn raw(&mut self) {} make! { x } fn new(first: T) -> Self { 1 } }
        },
        &expect![[r#"
            impl<T: Send + 'static> Store<T>
            where
                T: Clone,
            {
                const SIZE: usize = { 8 };
                async fn get(&self, at: &T) -> T {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_generic(&*(self));
                        #[allow(clippy::borrow_deref_ref)]
                        let __p0 = __private::clone_generic(&*(at));
                        let __run = move || {
                            Self::__sync_to_async_get(__self.lend(), __p0.lend())
                        };
                        __private::call(
                                __private::output_generic((__private::witness(&__run),).0),
                                __run,
                            )
                            .start()
                    };
                    __started.await.take()
                }
                #[doc(hidden)]
                #[allow(..)]
                fn __sync_to_async_get(&self, at: &T) -> T {
                    1
                }
                fn raw(&mut self) {}
                make! {
                    x
                }
                async fn new(first: T) -> Self {
                    let __started = {
                        let __p0 = __private::arg_generic((first,).0);
                        let __run = move || -> Self {
                            #[allow(clippy::shadow_unrelated)]
                            let first = __p0.take();
                            match () {
                                () => 1,
                            }
                        };
                        __private::call(__private::output((__private::witness(&__run),).0), __run)
                            .start()
                    };
                    __started.await.take()
                }
            }
        "#]],
    );
}

#[test]
fn options_of_a_method_override_those_of_its_block() {
    check(
        quote!(executor = &disk),
        quote! {
            impl Store { fn a() {} #[sync_to_async(executor = &cpu)] fn b() {} }
        },
        &expect![[r#"
            impl Store {
                async fn a() {
                    let __started = {
                        let __executor = &disk;
                        let __run = move || -> () {
                            match () {
                                () => {}
                            }
                        };
                        __private::plain(__run).executor((__executor,).0).start()
                    };
                    __started.await
                }
                async fn b() {
                    let __started = {
                        let __executor = &cpu;
                        let __run = move || -> () {
                            match () {
                                () => {}
                            }
                        };
                        __private::plain(__run).executor((__executor,).0).start()
                    };
                    __started.await
                }
            }
        "#]],
    );
}

#[test]
fn suffix_keeps_each_sync_function() {
    check(
        quote!(suffix = "_async"),
        quote! {
            impl Store { pub fn get(&self) -> u8 { 1 } fn new(n: u8) -> Self { 2 } }
        },
        &expect![[r#"
            impl Store {
                pub fn get(&self) -> u8 {
                    1
                }
                pub async fn get_async(&self) -> u8 {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        let __run = move || { Self::get(__self.lend()) };
                        __private::call(__private::output((__private::witness(&__run),).0), __run)
                            .start()
                    };
                    __started.await.take()
                }
                fn new(n: u8) -> Self {
                    2
                }
                async fn new_async(n: u8) -> Self {
                    let __started = {
                        let __p0 = __private::arg((n,).0);
                        let __run = move || { Self::new(__p0.take()) };
                        __private::call(__private::output((__private::witness(&__run),).0), __run)
                            .start()
                    };
                    __started.await.take()
                }
            }
        "#]],
    );
}

#[test]
fn trait_declares_futures() {
    check(
        quote!(),
        quote! {
            pub trait Source: Clone { type Item; fn next(&self, at: &str) -> Option<Self::Item>; fn close(self); async fn slow() -> u8; #[sync_to_async(skip)] fn size(&self) -> usize; }
        },
        &expect![[r#"
            pub trait Source: Clone {
                type Item;
                fn next(
                    &self,
                    at: &str,
                ) -> impl ::core::future::Future<Output = Option<Self::Item>> + ::core::marker::Send;
                fn close(self) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send;
                fn slow() -> impl ::core::future::Future<Output = u8> + ::core::marker::Send;
                fn size(&self) -> usize;
            }
        "#]],
    );
}

#[test]
fn default_bodies_sit_in_a_hidden_trait() {
    check(
        quote!(),
        quote! {
            trait Source<K: Send, const N: usize = 1>: Clone where K: Sync { fn get(&self, mut key: K) -> Self::Item { 1 } fn make() -> u8 { 1 } }
        },
        &expect![[r#"
            trait Source<K: Send, const N: usize = 1>: Clone
            where
                K: Sync,
            {
                #[allow(clippy::async_yields_async)]
                fn get(
                    &self,
                    key: K,
                ) -> impl ::core::future::Future<Output = Self::Item> + ::core::marker::Send {
                    async move {
                        trait __SyncToAsyncBody<K: Send, const N: usize>: Source<K, N>
                        where
                            K: Sync,
                        {
                            fn __sync_to_async_get(&self, mut key: K) -> Self::Item {
                                1
                            }
                        }
                        impl<
                            K: Send,
                            const N: usize,
                            __SyncToAsyncSelf: Source<K, N> + ?::core::marker::Sized,
                        > __SyncToAsyncBody<K, N> for __SyncToAsyncSelf
                        where
                            K: Sync,
                        {}
                        let __started = {
                            #[allow(clippy::borrow_deref_ref)]
                            let __self = __private::clone_implementor(&*(self));
                            let __p0 = __private::arg_generic((key,).0);
                            let __run = move || {
                                <Self as __SyncToAsyncBody<
                                    K,
                                    N,
                                >>::__sync_to_async_get(__self.lend(), __p0.take())
                            };
                            __private::call(
                                    __private::output_generic((__private::witness(&__run),).0),
                                    __run,
                                )
                                .start()
                        };
                        __started.await.take()
                    }
                }
                #[allow(clippy::async_yields_async)]
                fn make() -> impl ::core::future::Future<Output = u8> + ::core::marker::Send {
                    async move {
                        let __started = {
                            let __run = move || -> u8 {
                                match () {
                                    () => 1,
                                }
                            };
                            __private::call(
                                    __private::output((__private::witness(&__run),).0),
                                    __run,
                                )
                                .start()
                        };
                        __started.await.take()
                    }
                }
            }
        "#]],
    );
}

#[test]
fn trait_impl_bodies_sit_in_a_hidden_trait() {
    check(
        quote!(),
        quote! {
            impl<'a, K: Send> Source<K> for Store<K> where K: Sync { type Item = u8; fn get(&self, mut key: K, (a, _): (u8, u8)) -> Self::Item { 1 } async fn own(self) {} fn make() -> u8 { 1 } }
        },
        &expect![[r#"
            impl<'a, K: Send> Source<K> for Store<K>
            where
                K: Sync,
            {
                type Item = u8;
                async fn get(&self, key: K, arg2: (u8, u8)) -> Self::Item {
                    trait __SyncToAsyncBody<'a, K: Send>: Source<K>
                    where
                        K: Sync,
                    {
                        fn __sync_to_async_get(&self, key: K, arg2: (u8, u8)) -> Self::Item;
                    }
                    impl<'a, K: Send> __SyncToAsyncBody<'a, K> for Store<K>
                    where
                        K: Sync,
                    {
                        fn __sync_to_async_get(&self, mut key: K, (a, _): (u8, u8)) -> Self::Item {
                            1
                        }
                    }
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_generic(&*(self));
                        let __p0 = __private::arg_generic((key,).0);
                        let __p1 = __private::arg((arg2,).0);
                        let __run = move || {
                            <Self as __SyncToAsyncBody<
                                'a,
                                K,
                            >>::__sync_to_async_get(__self.lend(), __p0.take(), __p1.take())
                        };
                        __private::call(__private::output((__private::witness(&__run),).0), __run)
                            .start()
                    };
                    __started.await.take()
                }
                async fn own(self) {
                    trait __SyncToAsyncBody<'a, K: Send>: Source<K>
                    where
                        K: Sync,
                    {
                        async fn __sync_to_async_own(self);
                    }
                    impl<'a, K: Send> __SyncToAsyncBody<'a, K> for Store<K>
                    where
                        K: Sync,
                    {
                        async fn __sync_to_async_own(self) {}
                    }
                    let __started = {
                        let __self = __private::arg_generic((self,).0);
                        #[allow(clippy::async_yields_async)]
                        let __run = move || async move {
                            <Self as __SyncToAsyncBody<'a, K>>::__sync_to_async_own(__self.take())
                                .await
                        };
                        __private::plain_async(__run).start()
                    };
                    __started.await
                }
                async fn make() -> u8 {
                    let __started = {
                        let __run = move || -> u8 {
                            match () {
                                () => 1,
                            }
                        };
                        __private::call(__private::output((__private::witness(&__run),).0), __run)
                            .start()
                    };
                    __started.await.take()
                }
            }
        "#]],
    );
}
