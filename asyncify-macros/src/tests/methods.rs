//! Methods that carry the attribute themselves.

use expect_test::expect;
use quote::quote;

use super::check_method;

#[test]
fn async_method_is_awaited_in_its_sibling() {
    check_method(
        quote!(),
        quote! {
            async fn fetch(&self) -> u8 { 1 }
        },
        &expect![[r#"
            impl Store {
                async fn fetch(&self) -> u8 {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        #[allow(clippy::async_yields_async)]
                        let __run = move || async move {
                            Self::__sync_to_async_fetch(__self.lend()).await
                        };
                        __private::call_async(
                                __private::output((__private::witness_async(&__run),).0),
                                __run,
                            )
                            .start()
                    };
                    __started.await.take()
                }
                #[doc(hidden)]
                #[allow(..)]
                async fn __sync_to_async_fetch(&self) -> u8 {
                    1
                }
            }
        "#]],
    );
}

#[test]
fn unsafe_method_is_called_in_unsafe() {
    check_method(
        quote!(),
        quote! {
            unsafe fn raw(&self) -> u8 { 1 }
        },
        &expect![[r#"
            impl Store {
                async unsafe fn raw(&self) -> u8 {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        let __run = move || { unsafe { Self::__sync_to_async_raw(__self.lend()) } };
                        __private::call(__private::output((__private::witness(&__run),).0), __run)
                            .start()
                    };
                    __started.await.take()
                }
                #[doc(hidden)]
                #[allow(..)]
                unsafe fn __sync_to_async_raw(&self) -> u8 {
                    1
                }
            }
        "#]],
    );
}

#[test]
fn generics_are_named_in_the_call() {
    check_method(
        quote!(),
        quote! {
            fn all<T, const N: usize>(&self) -> [T; N] where T: Default { make() }
        },
        &expect![[r#"
            impl Store {
                async fn all<T, const N: usize>(&self) -> [T; N]
                where
                    T: Default,
                {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        let __run = move || { Self::__sync_to_async_all::<T, N>(__self.lend()) };
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
                fn __sync_to_async_all<T, const N: usize>(&self) -> [T; N]
                where
                    T: Default,
                {
                    make()
                }
            }
        "#]],
    );
}

#[test]
fn opaque_output_captures_no_lifetime() {
    check_method(
        quote!(),
        quote! {
            fn shown<T: Display>(&self, value: &T) -> impl Display { 1 }
        },
        &expect![[r#"
            impl Store {
                async fn shown<T: Display>(&self, value: &T) -> impl Display {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        #[allow(clippy::borrow_deref_ref)]
                        let __p0 = __private::clone_generic(&*(value));
                        let __run = move || {
                            Self::__sync_to_async_shown::<T>(__self.lend(), __p0.lend())
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
                fn __sync_to_async_shown<T: Display>(&self, value: &T) -> impl Display + use<T> {
                    1
                }
            }
        "#]],
    );
}

#[test]
fn one_call_for_all_conditions() {
    check_method(
        quote!(),
        quote! {
            fn cond(&self, #[cfg(unix)] a: u8, b: u8, #[cfg(windows)] c: u8) {}
        },
        &expect![[r#"
            impl Store {
                async fn cond(&self, #[cfg(unix)] a: u8, b: u8, #[cfg(windows)] c: u8) {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        #[cfg(unix)]
                        let __p0 = __private::arg((a,).0);
                        let __p1 = __private::arg((b,).0);
                        #[cfg(windows)]
                        let __p2 = __private::arg((c,).0);
                        let __run = move || {
                            {
                                macro_rules! __sync_to_async_argument4 {
                                    ($($a:tt)*) => {
                                        Self::__sync_to_async_cond($($a)*)
                                    };
                                }
                                #[cfg(all(unix))]
                                macro_rules! __sync_to_async_argument1 {
                                    ($($a:tt)*) => {
                                        __sync_to_async_argument2!($($a)* __p0.take(),)
                                    };
                                }
                                #[cfg(not(all(unix)))]
                                macro_rules! __sync_to_async_argument1 {
                                    ($($a:tt)*) => {
                                        __sync_to_async_argument2!($($a)*)
                                    };
                                }
                                macro_rules! __sync_to_async_argument2 {
                                    ($($a:tt)*) => {
                                        __sync_to_async_argument3!($($a)* __p1.take(),)
                                    };
                                }
                                #[cfg(all(windows))]
                                macro_rules! __sync_to_async_argument3 {
                                    ($($a:tt)*) => {
                                        __sync_to_async_argument4!($($a)* __p2.take(),)
                                    };
                                }
                                #[cfg(not(all(windows)))]
                                macro_rules! __sync_to_async_argument3 {
                                    ($($a:tt)*) => {
                                        __sync_to_async_argument4!($($a)*)
                                    };
                                }
                                __sync_to_async_argument1!(__self.lend(),)
                            }
                        };
                        __private::plain(__run).start()
                    };
                    __started.await
                }
                #[doc(hidden)]
                #[allow(..)]
                fn __sync_to_async_cond(&self, #[cfg(unix)] a: u8, b: u8, #[cfg(windows)] c: u8) {}
            }
        "#]],
    );
}

#[test]
fn lint_levels_reach_the_body() {
    check_method(
        quote!(),
        quote! {
                    #[allow(unused)]
        #[expect(clippy::all)]
        #[inline]
        fn lax(&self) {}
                },
        &expect![[r#"
            impl Store {
                #[allow(unused)]
                #[allow(clippy::all)]
                #[inline]
                async fn lax(&self) {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        let __run = move || { Self::__sync_to_async_lax(__self.lend()) };
                        __private::plain(__run).start()
                    };
                    __started.await
                }
                #[doc(hidden)]
                #[allow(..)]
                #[allow(unused)]
                #[expect(clippy::all)]
                fn __sync_to_async_lax(&self) {}
            }
        "#]],
    );
}

#[test]
fn no_receiver_makes_a_closure() {
    check_method(
        quote!(),
        quote! {
            fn open(path: &Path) -> io::Result<Self> { Self::from(path) }
        },
        &expect![[r#"
            impl Store {
                async fn open(path: &Path) -> io::Result<Self> {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __p0 = __private::copy(&*(path));
                        let __run = move || -> io::Result<Self> {
                            #[allow(clippy::shadow_unrelated)]
                            let path = __p0.lend();
                            match () {
                                () => Self::from(path),
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
fn renamed_method_is_called() {
    check_method(
        quote!(rename = "size_async"),
        quote! {
            fn size(&self, deep: bool) -> u64 { 1 }
        },
        &expect![[r#"
            impl Store {
                fn size(&self, deep: bool) -> u64 {
                    1
                }
                async fn size_async(&self, deep: bool) -> u64 {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        let __p0 = __private::arg((deep,).0);
                        let __run = move || { Self::size(__self.lend(), __p0.take()) };
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
fn raw_names_lose_their_prefix() {
    check_method(
        quote!(),
        quote! {
            fn r#match(&self, r#type: u8) {}
        },
        &expect![[r#"
            impl Store {
                async fn r#match(&self, r#type: u8) {
                    let __started = {
                        #[allow(clippy::borrow_deref_ref)]
                        let __self = __private::clone_self(&*(self));
                        let __p0 = __private::arg((r#type,).0);
                        let __run = move || {
                            Self::__sync_to_async_match(__self.lend(), __p0.take())
                        };
                        __private::plain(__run).start()
                    };
                    __started.await
                }
                #[doc(hidden)]
                #[allow(..)]
                fn __sync_to_async_match(&self, r#type: u8) {}
            }
        "#]],
    );
}

#[test]
fn methods_become_streams() {
    check_method(
        quote!(stream),
        quote! {
            fn keys(&self, prefix: String) -> impl Iterator<Item = String> { self.scan(prefix) }
        },
        &expect![[r#"
            impl Store {
                fn keys(&self, prefix: String) -> __private::BlockingStream<String> {
                    #[allow(clippy::borrow_deref_ref)]
                    let __self = __private::clone_self(&*(self));
                    let __p0 = __private::arg((prefix,).0);
                    let __run = move || { Self::__sync_to_async_keys(__self.lend(), __p0.take()) };
                    __private::stream((__run,).0).start()
                }
                #[doc(hidden)]
                #[allow(..)]
                fn __sync_to_async_keys(
                    &self,
                    prefix: String,
                ) -> impl Iterator<Item = String> + use<> {
                    self.scan(prefix)
                }
            }
        "#]],
    );
}
