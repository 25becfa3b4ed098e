//! The parameters of free functions.

use expect_test::expect;
use quote::quote;

use super::check;

#[test]
fn owned_parameters_are_moved() {
    check(
        quote!(),
        quote! {
            fn sum(base: u32, mut extra: Vec<u32>) -> u32 { extra.push(base); extra.iter().sum() }
        },
        &expect![[r#"
            async fn sum(base: u32, extra: Vec<u32>) -> u32 {
                let __started = {
                    let __p0 = __private::arg((base,).0);
                    let __p1 = __private::arg((extra,).0);
                    let __run = move || -> u32 {
                        #[allow(clippy::shadow_unrelated)]
                        let base = __p0.take();
                        #[allow(clippy::shadow_unrelated)]
                        let mut extra = __p1.take();
                        match () {
                            () => {
                                extra.push(base);
                                extra.iter().sum()
                            }
                        }
                    };
                    __private::call(__private::output((__private::witness(&__run),).0), __run)
                        .start()
                };
                __started.await.take()
            }
        "#]],
    );
}

#[test]
fn borrowed_parameters_are_lent() {
    check(
        quote!(),
        quote! {
            fn count(path: &Path, needle: &str, raw: &[u8]) -> io::Result<usize> { scan(path, needle, raw) }
        },
        &expect![[r#"
            async fn count(path: &Path, needle: &str, raw: &[u8]) -> io::Result<usize> {
                let __started = {
                    #[allow(clippy::borrow_deref_ref)]
                    let __p0 = __private::copy(&*(path));
                    #[allow(clippy::borrow_deref_ref)]
                    let __p1 = __private::copy(&*(needle));
                    #[allow(clippy::borrow_deref_ref)]
                    let __p2 = __private::copy(&*(raw));
                    let __run = move || -> io::Result<usize> {
                        #[allow(clippy::shadow_unrelated)]
                        let path = __p0.lend();
                        #[allow(clippy::shadow_unrelated)]
                        let needle = __p1.lend();
                        #[allow(clippy::shadow_unrelated)]
                        let raw = __p2.lend();
                        match () {
                            () => scan(path, needle, raw),
                        }
                    };
                    __private::call(__private::output((__private::witness(&__run),).0), __run)
                        .start()
                };
                __started.await.take()
            }
        "#]],
    );
}

#[test]
fn static_borrows_are_moved() {
    check(
        quote!(),
        quote! {
            fn name(name: &'static str, of: fn(&str) -> &str) -> &'static str { of(name) }
        },
        &expect![[r#"
            async fn name(name: &'static str, of: fn(&str) -> &str) -> &'static str {
                let __started = {
                    #[allow(clippy::borrow_deref_ref)]
                    let __p0 = __private::arg(&*(name));
                    let __p1 = __private::arg((of,).0);
                    let __run = move || -> &'static str {
                        #[allow(clippy::shadow_unrelated)]
                        let name = __p0.take();
                        #[allow(clippy::shadow_unrelated)]
                        let of = __p1.take();
                        match () {
                            () => of(name),
                        }
                    };
                    __private::call(__private::output((__private::witness(&__run),).0), __run)
                        .start()
                };
                __started.await.take()
            }
        "#]],
    );
}

#[test]
fn patterns_are_bound_in_the_body() {
    check(
        quote!(),
        quote! {
            fn area((width, mut height): (u8, u8), Point { x, .. }: Point, _: Guard, ref r: u8) -> u8 { width }
        },
        &expect![[r#"
            async fn area(arg0: (u8, u8), arg1: Point, arg2: Guard, arg3: u8) -> u8 {
                let __started = {
                    let __p0 = __private::arg((arg0,).0);
                    let __p1 = __private::arg((arg1,).0);
                    let __p2 = __private::arg((arg2,).0);
                    let __p3 = __private::arg((arg3,).0);
                    let __run = move || -> u8 {
                        let __whole0 = __p0.take();
                        let (width, mut height) = __whole0;
                        let __whole1 = __p1.take();
                        let Point { x, .. } = __whole1;
                        let _unnamed2 = __p2.take();
                        #[allow(clippy::shadow_unrelated)]
                        let ref r = __p3.take();
                        match () {
                            () => width,
                        }
                    };
                    __private::call(__private::output((__private::witness(&__run),).0), __run)
                        .start()
                };
                __started.await.take()
            }
        "#]],
    );
}

#[test]
fn errors_about_generic_types_are_the_compilers() {
    check(
        quote!(),
        quote! {
            fn pair<T: Clone + Send + Sync + 'static, const N: usize>(one: T, other: &T, rest: &[T], f: impl Fn() + Send + 'static) -> [T; N] where T: Copy { [one; N] }
        },
        &expect![[r#"
            async fn pair<T: Clone + Send + Sync + 'static, const N: usize>(
                one: T,
                other: &T,
                rest: &[T],
                f: impl Fn() + Send + 'static,
            ) -> [T; N]
            where
                T: Copy,
            {
                let __started = {
                    let __p0 = __private::arg_generic((one,).0);
                    #[allow(clippy::borrow_deref_ref)]
                    let __p1 = __private::clone_generic(&*(other));
                    #[allow(clippy::borrow_deref_ref)]
                    let __p2 = __private::copy_slice(&*(rest));
                    let __p3 = __private::arg_generic((f,).0);
                    let __run = move || -> [T; N] {
                        #[allow(clippy::shadow_unrelated)]
                        let one = __p0.take();
                        #[allow(clippy::shadow_unrelated)]
                        let other = __p1.lend();
                        #[allow(clippy::shadow_unrelated)]
                        let rest = __p2.lend();
                        #[allow(clippy::shadow_unrelated)]
                        let f = __p3.take();
                        match () {
                            () => [one; N],
                        }
                    };
                    __private::call(
                            __private::output_generic((__private::witness(&__run),).0),
                            __run,
                        )
                        .start()
                };
                __started.await.take()
            }
        "#]],
    );
}

#[test]
fn unsized_parameters_are_copied_by_to_owned() {
    check(
        quote!(),
        quote! {
            fn len<T: ?Sized + ToOwned + Sync>(value: &T) -> usize { size_of_val(value) }
        },
        &expect![[r#"
            async fn len<T: ?Sized + ToOwned + Sync>(value: &T) -> usize {
                let __started = {
                    #[allow(clippy::borrow_deref_ref)]
                    let __p0 = __private::copy_generic(&*(value));
                    let __run = move || -> usize {
                        #[allow(clippy::shadow_unrelated)]
                        let value = __p0.lend();
                        match () {
                            () => size_of_val(value),
                        }
                    };
                    __private::call(__private::output((__private::witness(&__run),).0), __run)
                        .start()
                };
                __started.await.take()
            }
        "#]],
    );
}

#[test]
fn conditional_parameters_stay_conditional() {
    check(
        quote!(),
        quote! {
            fn cond(#[cfg(unix)] mode: u32, #[allow(unused)] name: &str) {}
        },
        &expect![[r#"
            async fn cond(#[cfg(unix)] mode: u32, #[allow(unused)] name: &str) {
                let __started = {
                    #[cfg(unix)]
                    let __p0 = __private::arg((mode,).0);
                    #[allow(clippy::borrow_deref_ref)]
                    let __p1 = __private::copy(&*(name));
                    let __run = move || -> () {
                        #[cfg(unix)]
                        #[allow(clippy::shadow_unrelated)]
                        let mode = __p0.take();
                        #[allow(clippy::shadow_unrelated)]
                        #[allow(unused)]
                        let name = __p1.lend();
                        match () {
                            () => {}
                        }
                    };
                    __private::plain(__run).start()
                };
                __started.await
            }
        "#]],
    );
}
