//! `async_to_sync`.

use expect_test::expect;
use quote::quote;

use super::check_to_sync as check;
use crate::args::Direction;

#[test]
fn body_is_driven_where_it_stands() {
    check(
        quote!(),
        quote! {
            /// Documented.
            pub async fn read<'a>(path: &'a Path, (mut a, _): (u8, u8)) -> io::Result<&'a str> { BODY }
        },
        &expect![[r#"
            /// Documented.
            pub fn read<'a>(path: &'a Path, (mut a, _): (u8, u8)) -> io::Result<&'a str> {
                #[allow(unused_qualifications, clippy::async_yields_async)]
                let __output = __private::to_sync(async move {
                    if false {
                        let __value: io::Result<&'a str> = __private::fake();
                        return (__value,).0;
                    }
                    match () {
                        () => BODY,
                    }
                });
                __output
            }
        "#]],
    );
}

#[test]
fn types_that_cannot_be_said_are_not() {
    check(
        quote!(),
        quote! {
            async fn lines() -> impl Iterator<Item = u8> { BODY }
        },
        &expect![[r#"
            fn lines() -> impl Iterator<Item = u8> {
                #[allow(unused_qualifications, clippy::async_yields_async)]
                let __output = __private::to_sync(async move {
                    match () {
                        () => BODY,
                    }
                });
                __output
            }
        "#]],
    );
    check(
        quote!(),
        quote! {
            async fn never() -> ! { BODY }
        },
        &expect![[r#"
            fn never() -> ! {
                #[allow(unused_qualifications, clippy::async_yields_async)]
                let __output = __private::to_sync(async move {
                    match () {
                        () => BODY,
                    }
                });
                __output
            }
        "#]],
    );
}

#[test]
fn counterpart_stands_behind_its_async_function() {
    check(
        quote!(rename = "read_blocking"),
        quote! {
            #[deprecated]
            #[expect(unused)]
            async unsafe fn read<T, const N: usize>(mut a: T, [b, ..]: [u8; N], #[cfg(unix)] c: u8) { BODY }
        },
        &expect![[r#"
            #[deprecated]
            #[expect(unused)]
            async unsafe fn read<T, const N: usize>(mut a: T, [b, ..]: [u8; N], #[cfg(unix)] c: u8) {
                BODY
            }
            #[deprecated]
            #[allow(unused)]
            unsafe fn read_blocking<T, const N: usize>(a: T, arg1: [u8; N], #[cfg(unix)] c: u8) {
                #[allow(deprecated)]
                let __future = {
                    macro_rules! __sync_to_async_argument3 {
                        ($($a:tt)*) => {
                            unsafe { read:: < T, N > ($($a)*) }
                        };
                    }
                    #[cfg(all(unix))]
                    macro_rules! __sync_to_async_argument2 {
                        ($($a:tt)*) => {
                            __sync_to_async_argument3!($($a)* c,)
                        };
                    }
                    #[cfg(not(all(unix)))]
                    macro_rules! __sync_to_async_argument2 {
                        ($($a:tt)*) => {
                            __sync_to_async_argument3!($($a)*)
                        };
                    }
                    __sync_to_async_argument2!(a, arg1,)
                };
                #[allow(unused_qualifications, clippy::async_yields_async)]
                let __output = __private::to_sync(__future);
                __output
            }
        "#]],
    );
}

#[test]
fn only_async_methods_of_a_block_change() {
    check(
        quote!(suffix = "_blocking"),
        quote! {
            impl<T> Db<T> {
                const SIZE: usize = 8;
                async fn read(mut self, key: &T) -> u8 { BODY }
                fn get(&self) -> u8 { BODY }
                #[async_to_sync(skip)]
                async fn stay(&self) {}
                #[async_to_sync(rename = "made")]
                async fn make() -> Self { BODY }
            }
        },
        &expect![[r#"
            impl<T> Db<T> {
                const SIZE: usize = 8;
                async fn read(mut self, key: &T) -> u8 {
                    BODY
                }
                fn read_blocking(self, key: &T) -> u8 {
                    let __future = Self::read(self, key);
                    #[allow(unused_qualifications, clippy::async_yields_async)]
                    let __output = __private::to_sync(__future);
                    __output
                }
                fn get(&self) -> u8 {
                    BODY
                }
                async fn stay(&self) {}
                async fn make() -> Self {
                    BODY
                }
                fn made() -> Self {
                    let __future = Self::make();
                    #[allow(unused_qualifications, clippy::async_yields_async)]
                    let __output = __private::to_sync(__future);
                    __output
                }
            }
        "#]],
    );
}

#[test]
fn trait_declares_what_is_sync() {
    check(
        quote!(crate = crate::rt),
        quote! {
            trait Source {
                async fn next(&mut self) -> Option<u8>;
                async fn count(&mut self) -> usize { BODY }
            }
        },
        &expect![[r#"
            trait Source {
                fn next(&mut self) -> Option<u8>;
                fn count(&mut self) -> usize {
                    #[allow(unused_qualifications, clippy::async_yields_async)]
                    let __output = crate::rt::__private::to_sync(async move {
                        if false {
                            let __value: usize = crate::rt::__private::fake();
                            return (__value,).0;
                        }
                        match () {
                            () => BODY,
                        }
                    });
                    __output
                }
            }
        "#]],
    );
}

#[test]
fn sync_function_is_left_alone() {
    check(
        quote!(),
        quote! {
            fn read() -> u8 { BODY }
        },
        &expect![[r#"
            fn read() -> u8 {
                BODY
            }
            ::core::compile_error! {
                "function is already sync\nhelp: remove the attribute; to make it async, use `sync_to_async`"
            }
        "#]],
    );
}

#[test]
fn original_function_stays_whatever_the_new_name_is() {
    for wrong in [quote!(rename), quote!(rename = "a b"), quote!(renam = "two")] {
        let one = quote!(
            async fn one() -> u8 {
                1
            }
        );
        let tokens = crate::attribute(Direction::ToSync, wrong, one).to_string();
        assert!(
            tokens.starts_with("async fn one () -> u8 { 1 } :: core :: compile_error"),
            "{tokens}"
        );
    }
}
