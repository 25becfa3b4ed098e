//! The arguments that change how a call runs.

use expect_test::expect;
use quote::quote;

use super::{check, check_method};

#[test]
fn limit_and_time_stand_around_the_call() {
    check(
        quote!(limit = 8, timeout = "1m30s", executor = &pool.clone(), detach),
        quote! {
            fn read(pool: Pool) -> io::Result<u8> { BODY }
        },
        &expect![[r#"
            async fn read(pool: Pool) -> io::Result<u8> {
                let __executor = &pool.clone();
                let __timeout = ::core::time::Duration::new(90u64, 0u32);
                let __limiter = {
                    static __SYNC_TO_ASYNC_LIMIT: __private::Limit = __private::Limit::new((8,).0);
                    __SYNC_TO_ASYNC_LIMIT.limiter()
                };
                let __started = {
                    let __p0 = __private::arg((pool,).0);
                    let __run = move || -> io::Result<u8> {
                        #[allow(clippy::shadow_unrelated)]
                        #[allow(unused_variables)]
                        let pool = __p0.take();
                        match () {
                            () => BODY,
                        }
                    };
                    __private::call(__private::output((__private::witness(&__run),).0), __run)
                        .executor((__executor,).0)
                        .limiter((__limiter,).0)
                        .detach()
                        .timeout((__timeout,).0)
                        .start()
                };
                __private::in_time((__started.await,).0)
            }
        "#]],
    );
}

#[test]
fn shared_limiter_and_runtime_are_bound_before_anything_moves() {
    check(
        quote!(limiter = &LIMITER, runtime = handle),
        quote! {
            async fn read(handle: &Handle) { BODY }
        },
        &expect![[r#"
            async fn read(handle: &Handle) {
                let __limiter = &LIMITER;
                let __runtime = handle;
                let __started = {
                    #[allow(clippy::borrow_deref_ref)]
                    let __p0 = __private::copy(&*(handle));
                    #[allow(clippy::async_yields_async)]
                    let __run = move || async move {
                        if false {
                            let __value: () = __private::fake();
                            return (__value,).0;
                        }
                        #[allow(clippy::shadow_unrelated)]
                        #[allow(unused_variables)]
                        let handle = __p0.lend();
                        match () {
                            () => BODY,
                        }
                    };
                    __private::plain_async(__run)
                        .limiter((__limiter,).0)
                        .runtime((__runtime,).0)
                        .start_with_limiter()
                };
                __started.await
            }
        "#]],
    );
}

#[test]
fn runtime_and_detach_leave_the_future_as_small() {
    check(
        quote!(detach, runtime = &handle()),
        quote! {
            fn read() -> u8 { BODY }
        },
        &expect![[r#"
            async fn read() -> u8 {
                let __started = {
                    let __runtime = &handle();
                    let __run = move || -> u8 {
                        match () {
                            () => BODY,
                        }
                    };
                    __private::call(__private::output((__private::witness(&__run),).0), __run)
                        .runtime((__runtime,).0)
                        .detach()
                        .start()
                };
                __started.await.take()
            }
        "#]],
    );
}

#[test]
fn lent_slots_outlive_the_call() {
    check_method(
        quote!(lend),
        quote! {
            fn read<T: Default>(&mut self, into: &mut Vec<u8>, of: &mut T) -> usize { BODY }
        },
        &expect![[r#"
            impl Store {
                async fn read<T: Default>(&mut self, into: &mut Vec<u8>, of: &mut T) -> usize {
                    #[allow(clippy::borrow_deref_ref)]
                    let __self_slot = __private::lent_slot(&mut *(self));
                    #[allow(clippy::borrow_deref_ref)]
                    let __slot0 = __private::lent_slot(&mut *(into));
                    #[allow(clippy::borrow_deref_ref)]
                    let __slot1 = __private::lent_slot_generic(&mut *(of));
                    let __started = {
                        let mut __self = __self_slot.take_value();
                        let mut __p0 = __slot0.take_value();
                        let mut __p1 = __slot1.take_value();
                        let __run = move || {
                            Self::__sync_to_async_read::<
                                T,
                            >(__self.lend_mut(), __p0.lend_mut(), __p1.lend_mut())
                        };
                        __private::call(__private::output((__private::witness(&__run),).0), __run)
                            .start()
                    };
                    __started.await.take()
                }
                #[doc(hidden)]
                #[allow(..)]
                fn __sync_to_async_read<T: Default>(
                    &mut self,
                    into: &mut Vec<u8>,
                    of: &mut T,
                ) -> usize {
                    BODY
                }
            }
        "#]],
    );
}

#[test]
fn nothing_is_checked_in_place() {
    check(
        quote!(in_place),
        quote! {
            fn longest<'a>(texts: &[&'a str], (a, b): (u8, &mut u8)) -> &'a str { BODY }
        },
        &expect![[r#"
            #[allow(clippy::unused_async)]
            async fn longest<'a>(texts: &[&'a str], arg1: (u8, &mut u8)) -> &'a str {
                let __p0 = __private::in_place_argument(texts);
                let __p1 = __private::in_place_argument(arg1);
                let __run = move || -> &'a str {
                    #[allow(clippy::shadow_unrelated)]
                    let texts = __p0.take();
                    let __whole1 = __p1.take();
                    let (a, b) = __whole1;
                    match () {
                        () => BODY,
                    }
                };
                __private::in_place(__run)
            }
        "#]],
    );
    check_method(
        quote!(in_place),
        quote! {
            async fn read(&mut self, into: &mut [u8]) -> usize { BODY }
        },
        &expect![[r#"
            impl Store {
                #[allow(clippy::unused_async)]
                async fn read(&mut self, into: &mut [u8]) -> usize {
                    let __self = __private::in_place_argument(self);
                    let __p0 = __private::in_place_argument(into);
                    #[allow(clippy::async_yields_async)]
                    let __run = move || async move {
                        Self::__sync_to_async_read(__self.take(), __p0.take()).await
                    };
                    __private::in_place_async(__run)
                }
                #[doc(hidden)]
                #[allow(..)]
                async fn __sync_to_async_read(&mut self, into: &mut [u8]) -> usize {
                    BODY
                }
            }
        "#]],
    );
}

#[test]
#[allow(clippy::too_many_lines, reason = "one expansion, shown whole")]
fn boxed_methods_name_every_lifetime() {
    check(
        quote!(boxed),
        quote! {
            trait Store {
                fn get<'a>(&self, key: &'a str, other: &[u8]) -> Option<u8>;
                fn close(self: Box<Self>);
                fn ping(self: Arc<Self>) { BODY }
            }
        },
        &expect![[r#"
            trait Store {
                fn get<'a, '__life0, '__life1, '__call>(
                    &'__life0 self,
                    key: &'a str,
                    other: &'__life1 [u8],
                ) -> ::core::pin::Pin<
                    __private::Box<
                        dyn ::core::future::Future<
                            Output = Option<u8>,
                        > + ::core::marker::Send + '__call,
                    >,
                >
                where
                    'a: '__call,
                    Self: '__call,
                    '__life0: '__call,
                    '__life1: '__call;
                fn close<'__call>(
                    self: Box<Self>,
                ) -> ::core::pin::Pin<
                    __private::Box<
                        dyn ::core::future::Future<Output = ()> + ::core::marker::Send + '__call,
                    >,
                >
                where
                    Self: '__call;
                #[allow(clippy::async_yields_async)]
                fn ping<'__call>(
                    self: Arc<Self>,
                ) -> ::core::pin::Pin<
                    __private::Box<
                        dyn ::core::future::Future<Output = ()> + ::core::marker::Send + '__call,
                    >,
                >
                where
                    Self: '__call,
                {
                    let __future = __private::boxed(async move {
                        trait __SyncToAsyncBody: Store {
                            fn __sync_to_async_ping(self: Arc<Self>) {
                                BODY
                            }
                        }
                        impl<__SyncToAsyncSelf: Store + ?::core::marker::Sized> __SyncToAsyncBody
                        for __SyncToAsyncSelf {}
                        let __started = {
                            let __self = __private::arg_generic((self,).0);
                            let __run = move || {
                                <Self as __SyncToAsyncBody>::__sync_to_async_ping(__self.take())
                            };
                            __private::plain(__run).start()
                        };
                        __started.await
                    });
                    __future
                }
            }
        "#]],
    );
}

#[test]
fn boxed_output_borrows_by_the_rules_of_elision() {
    check(
        quote!(boxed, in_place),
        quote! {
            impl Store for Db {
                fn name(&self, key: Key<'_>, by: fn(&str) -> &str) -> &str { BODY }
            }
        },
        &expect![[r#"
            impl Store for Db {
                #[allow(clippy::async_yields_async)]
                fn name<'__life0, '__life1, '__call>(
                    &'__life0 self,
                    key: Key<'__life1>,
                    by: fn(&str) -> &str,
                ) -> ::core::pin::Pin<
                    __private::Box<
                        dyn ::core::future::Future<
                            Output = &'__life0 str,
                        > + ::core::marker::Send + '__call,
                    >,
                >
                where
                    Self: '__call,
                    '__life0: '__call,
                    '__life1: '__call,
                {
                    let __future = __private::boxed(async move {
                        trait __SyncToAsyncBody: Store {
                            fn __sync_to_async_name(
                                &self,
                                key: Key<'_>,
                                by: fn(&str) -> &str,
                            ) -> &str;
                        }
                        impl __SyncToAsyncBody for Db {
                            fn __sync_to_async_name(
                                &self,
                                key: Key<'_>,
                                by: fn(&str) -> &str,
                            ) -> &str {
                                BODY
                            }
                        }
                        let __self = __private::in_place_argument(self);
                        let __p0 = __private::in_place_argument(key);
                        let __p1 = __private::in_place_argument(by);
                        let __run = move || {
                            <Self as __SyncToAsyncBody>::__sync_to_async_name(
                                __self.take(),
                                __p0.take(),
                                __p1.take(),
                            )
                        };
                        __private::in_place(__run)
                    });
                    __future
                }
            }
        "#]],
    );
}

#[test]
fn wrong_boxed_method_stays_boxed() {
    check(
        quote!(boxed),
        quote! {
            impl Store for Db { fn get(&mut self) -> u8 { BODY } }
        },
        &expect![[r#"
            impl Store for Db {
                fn get<'__life0, '__call>(
                    &'__life0 mut self,
                ) -> ::core::pin::Pin<
                    ::std::boxed::Box<
                        dyn ::core::future::Future<Output = u8> + ::core::marker::Send + '__call,
                    >,
                >
                where
                    Self: '__call,
                    '__life0: '__call,
                {
                    ::std::boxed::Box::pin(async move { BODY })
                }
            }
            ::core::compile_error! {
                "argument `self` is borrowed mutably\nnote: the body runs on another thread and may outlive the caller\nhelp: take it by value and return it, or use `lend` or `in_place`"
            }
        "#]],
    );
}
