//! Free functions.

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
                    let __p0 = ::asyncify_runtime::__private::arg((base,).0);
                    let __p1 = ::asyncify_runtime::__private::arg((extra,).0);
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
                    ::asyncify_runtime::__private::call(
                            ::asyncify_runtime::__private::output(
                                (::asyncify_runtime::__private::witness(&__run),).0,
                            ),
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
                    let __p0 = ::asyncify_runtime::__private::copy(&*(path));
                    #[allow(clippy::borrow_deref_ref)]
                    let __p1 = ::asyncify_runtime::__private::copy(&*(needle));
                    #[allow(clippy::borrow_deref_ref)]
                    let __p2 = ::asyncify_runtime::__private::copy(&*(raw));
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
                    ::asyncify_runtime::__private::call(
                            ::asyncify_runtime::__private::output(
                                (::asyncify_runtime::__private::witness(&__run),).0,
                            ),
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
                    let __p0 = ::asyncify_runtime::__private::arg(&*(name));
                    let __p1 = ::asyncify_runtime::__private::arg((of,).0);
                    let __run = move || -> &'static str {
                        #[allow(clippy::shadow_unrelated)]
                        let name = __p0.take();
                        #[allow(clippy::shadow_unrelated)]
                        let of = __p1.take();
                        match () {
                            () => of(name),
                        }
                    };
                    ::asyncify_runtime::__private::call(
                            ::asyncify_runtime::__private::output(
                                (::asyncify_runtime::__private::witness(&__run),).0,
                            ),
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
fn patterns_are_bound_in_the_body() {
    check(
        quote!(),
        quote! {
            fn area((width, mut height): (u8, u8), Point { x, .. }: Point, _: Guard, ref r: u8) -> u8 { width }
        },
        &expect![[r#"
            async fn area(__arg0: (u8, u8), __arg1: Point, __arg2: Guard, __arg3: u8) -> u8 {
                let __started = {
                    #[allow(clippy::used_underscore_binding)]
                    let __p0 = ::asyncify_runtime::__private::arg((__arg0,).0);
                    #[allow(clippy::used_underscore_binding)]
                    let __p1 = ::asyncify_runtime::__private::arg((__arg1,).0);
                    #[allow(clippy::used_underscore_binding)]
                    let __p2 = ::asyncify_runtime::__private::arg((__arg2,).0);
                    #[allow(clippy::used_underscore_binding)]
                    let __p3 = ::asyncify_runtime::__private::arg((__arg3,).0);
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
                    ::asyncify_runtime::__private::call(
                            ::asyncify_runtime::__private::output(
                                (::asyncify_runtime::__private::witness(&__run),).0,
                            ),
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
fn no_output_needs_no_check() {
    check(
        quote!(),
        quote! {
            fn log(line: String) { eprintln!("{line}") }
        },
        &expect![[r#"
            async fn log(line: String) {
                let __started = {
                    let __p0 = ::asyncify_runtime::__private::arg((line,).0);
                    let __run = move || -> () {
                        #[allow(clippy::shadow_unrelated)]
                        let line = __p0.take();
                        match () {
                            () => eprintln!("{line}"),
                        }
                    };
                    ::asyncify_runtime::__private::plain(__run).start()
                };
                __started.await
            }
        "#]],
    );
}

#[test]
fn never_needs_no_check() {
    check(
        quote!(),
        quote! {
            fn forever(n: u8) -> ! { loop {} }
        },
        &expect![[r#"
            async fn forever(n: u8) -> ! {
                let __started = {
                    let __p0 = ::asyncify_runtime::__private::arg((n,).0);
                    let __run = move || -> ! {
                        #[allow(clippy::shadow_unrelated)]
                        let n = __p0.take();
                        match () {
                            () => loop {}
                        }
                    };
                    ::asyncify_runtime::__private::plain(__run).start()
                };
                __started.await
            }
        "#]],
    );
}

#[test]
fn async_bodies_are_driven_on_the_pool() {
    check(
        quote!(),
        quote! {
            async fn fetch(url: &str) -> Result<u8, Error> { get(url).await }
        },
        &expect![[r#"
            async fn fetch(url: &str) -> Result<u8, Error> {
                let __started = {
                    #[allow(clippy::borrow_deref_ref)]
                    let __p0 = ::asyncify_runtime::__private::copy(&*(url));
                    #[allow(clippy::async_yields_async)]
                    let __run = move || async move {
                        if false {
                            let __value: Result<u8, Error> = ::asyncify_runtime::__private::fake();
                            return (__value,).0;
                        }
                        #[allow(clippy::shadow_unrelated)]
                        let url = __p0.lend();
                        match () {
                            () => get(url).await,
                        }
                    };
                    ::asyncify_runtime::__private::call_async(
                            ::asyncify_runtime::__private::output(
                                (::asyncify_runtime::__private::witness_async(&__run),).0,
                            ),
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
fn async_never_says_no_type() {
    check(
        quote!(),
        quote! {
            async fn serve() -> ! { loop { turn().await } }
        },
        &expect![[r#"
            async fn serve() -> ! {
                let __started = {
                    #[allow(clippy::async_yields_async)]
                    let __run = move || async move {
                        match () {
                            () => {
                                loop {
                                    turn().await
                                }
                            }
                        }
                    };
                    ::asyncify_runtime::__private::plain_async(__run).start()
                };
                __started.await
            }
        "#]],
    );
}

#[test]
fn generic_types_use_the_words_of_the_compiler() {
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
                    let __p0 = ::asyncify_runtime::__private::arg_generic((one,).0);
                    #[allow(clippy::borrow_deref_ref)]
                    let __p1 = ::asyncify_runtime::__private::clone_generic(&*(other));
                    #[allow(clippy::borrow_deref_ref)]
                    let __p2 = ::asyncify_runtime::__private::copy_slice(&*(rest));
                    let __p3 = ::asyncify_runtime::__private::arg_generic((f,).0);
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
                    ::asyncify_runtime::__private::call(
                            ::asyncify_runtime::__private::output_generic(
                                (::asyncify_runtime::__private::witness(&__run),).0,
                            ),
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
fn unsized_parameters_are_kept_by_to_owned() {
    check(
        quote!(),
        quote! {
            fn len<T: ?Sized + ToOwned + Sync>(value: &T) -> usize { size_of_val(value) }
        },
        &expect![[r#"
            async fn len<T: ?Sized + ToOwned + Sync>(value: &T) -> usize {
                let __started = {
                    #[allow(clippy::borrow_deref_ref)]
                    let __p0 = ::asyncify_runtime::__private::copy_generic(&*(value));
                    let __run = move || -> usize {
                        #[allow(clippy::shadow_unrelated)]
                        let value = __p0.lend();
                        match () {
                            () => size_of_val(value),
                        }
                    };
                    ::asyncify_runtime::__private::call(
                            ::asyncify_runtime::__private::output(
                                (::asyncify_runtime::__private::witness(&__run),).0,
                            ),
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
fn opaque_outputs_are_not_annotated() {
    check(
        quote!(),
        quote! {
            fn shown(n: u8) -> impl Display { n }
        },
        &expect![[r#"
            async fn shown(n: u8) -> impl Display {
                let __started = {
                    let __p0 = ::asyncify_runtime::__private::arg((n,).0);
                    let __run = move || {
                        #[allow(clippy::shadow_unrelated)]
                        let n = __p0.take();
                        match () {
                            () => n,
                        }
                    };
                    ::asyncify_runtime::__private::call(
                            ::asyncify_runtime::__private::output_generic(
                                (::asyncify_runtime::__private::witness(&__run),).0,
                            ),
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
                    let __p0 = ::asyncify_runtime::__private::arg((mode,).0);
                    #[allow(clippy::borrow_deref_ref)]
                    let __p1 = ::asyncify_runtime::__private::copy(&*(name));
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
                    ::asyncify_runtime::__private::plain(__run).start()
                };
                __started.await
            }
        "#]],
    );
}

#[test]
fn attributes_stay_and_unsafe_stays() {
    check(
        quote!(),
        quote! {
                    /// Reads.
        #[must_use]
        #[cfg(unix)]
        pub(crate) unsafe fn read(at: usize) -> u8 { peek(at) }
                },
        &expect![[r#"
            /// Reads.
            #[must_use]
            #[cfg(unix)]
            pub(crate) async unsafe fn read(at: usize) -> u8 {
                let __started = {
                    let __p0 = ::asyncify_runtime::__private::arg((at,).0);
                    let __run = move || -> u8 {
                        #[allow(clippy::shadow_unrelated)]
                        let at = __p0.take();
                        match () {
                            () => peek(at),
                        }
                    };
                    ::asyncify_runtime::__private::call(
                            ::asyncify_runtime::__private::output(
                                (::asyncify_runtime::__private::witness(&__run),).0,
                            ),
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
fn inner_attributes_move_outside() {
    check(
        quote!(),
        quote! {
            fn lax(n: u8) { #![allow(unused_variables)] let m = n; }
        },
        &expect![[r#"
            #[allow(unused_variables)]
            async fn lax(n: u8) {
                let __started = {
                    let __p0 = ::asyncify_runtime::__private::arg((n,).0);
                    let __run = move || -> () {
                        #[allow(clippy::shadow_unrelated)]
                        let n = __p0.take();
                        match () {
                            () => {
                                let m = n;
                            }
                        }
                    };
                    ::asyncify_runtime::__private::plain(__run).start()
                };
                __started.await
            }
        "#]],
    );
}

#[test]
fn executor_is_evaluated_first() {
    check(
        quote!(executor = &pool.clone()),
        quote! {
            fn on(pool: Pool, name: &str) -> u8 { 1 }
        },
        &expect![[r#"
            async fn on(pool: Pool, name: &str) -> u8 {
                let __started = {
                    let __executor = &pool.clone();
                    let __p0 = ::asyncify_runtime::__private::arg((pool,).0);
                    #[allow(clippy::borrow_deref_ref)]
                    let __p1 = ::asyncify_runtime::__private::copy(&*(name));
                    let __run = move || -> u8 {
                        #[allow(clippy::shadow_unrelated)]
                        #[allow(unused_variables)]
                        let pool = __p0.take();
                        #[allow(clippy::shadow_unrelated)]
                        let name = __p1.lend();
                        match () {
                            () => 1,
                        }
                    };
                    ::asyncify_runtime::__private::call(
                            ::asyncify_runtime::__private::output(
                                (::asyncify_runtime::__private::witness(&__run),).0,
                            ),
                            __run,
                        )
                        .executor((__executor,).0)
                        .start()
                };
                __started.await.take()
            }
        "#]],
    );
}

#[test]
fn renamed_function_is_called() {
    check(
        quote!(rename = "hash_async"),
        quote! {
                    #[deprecated]
        fn hash<T: Hash + Send + 'static>(value: T, seed: &[u8]) -> u64 { 1 }
                },
        &expect![[r#"
            #[deprecated]
            fn hash<T: Hash + Send + 'static>(value: T, seed: &[u8]) -> u64 {
                1
            }
            #[deprecated]
            async fn hash_async<T: Hash + Send + 'static>(value: T, seed: &[u8]) -> u64 {
                let __started = {
                    let __p0 = ::asyncify_runtime::__private::arg_generic((value,).0);
                    #[allow(clippy::borrow_deref_ref)]
                    let __p1 = ::asyncify_runtime::__private::copy(&*(seed));
                    #[allow(deprecated)]
                    let __run = move || { hash::<T>(__p0.take(), __p1.lend()) };
                    ::asyncify_runtime::__private::call(
                            ::asyncify_runtime::__private::output(
                                (::asyncify_runtime::__private::witness(&__run),).0,
                            ),
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
fn renamed_const_function_stays_const() {
    check(
        quote!(rename = "twice_async"),
        quote! {
            const unsafe fn twice(n: u8) -> u8 { n * 2 }
        },
        &expect![[r#"
            const unsafe fn twice(n: u8) -> u8 {
                n * 2
            }
            async unsafe fn twice_async(n: u8) -> u8 {
                let __started = {
                    let __p0 = ::asyncify_runtime::__private::arg((n,).0);
                    let __run = move || { unsafe { twice(__p0.take()) } };
                    ::asyncify_runtime::__private::call(
                            ::asyncify_runtime::__private::output(
                                (::asyncify_runtime::__private::witness(&__run),).0,
                            ),
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
fn crate_path_is_used() {
    check(
        quote!(crate = crate::runtime),
        quote! {
            fn one() -> u8 { 1 }
        },
        &expect![[r#"
            async fn one() -> u8 {
                let __started = {
                    let __run = move || -> u8 {
                        match () {
                            () => 1,
                        }
                    };
                    #[allow(unused_qualifications)]
                    let __running = crate::runtime::__private::call(
                            crate::runtime::__private::output(
                                (crate::runtime::__private::witness(&__run),).0,
                            ),
                            __run,
                        )
                        .start();
                    __running
                };
                __started.await.take()
            }
        "#]],
    );
}

#[test]
fn iterators_become_streams() {
    check(
        quote!(stream),
        quote! {
            fn entries(root: &Path) -> impl Iterator<Item = io::Result<Entry>> { walk(root) }
        },
        &expect![[r#"
            fn entries(
                root: &Path,
            ) -> ::asyncify_runtime::__private::BlockingStream<io::Result<Entry>> {
                #[allow(clippy::borrow_deref_ref)]
                let __p0 = ::asyncify_runtime::__private::copy(&*(root));
                let __run = move || {
                    #[allow(clippy::shadow_unrelated)]
                    let root = __p0.lend();
                    match () {
                        () => walk(root),
                    }
                };
                ::asyncify_runtime::__private::stream((__run,).0).start()
            }
        "#]],
    );
}

#[test]
fn an_iterator_or_an_error_becomes_a_stream_of_results() {
    check(
        quote!(stream),
        quote! {
            fn entries(root: PathBuf) -> io::Result<impl Iterator<Item = Entry>> { walk(root) }
        },
        &expect![[r#"
            fn entries(
                root: PathBuf,
            ) -> ::asyncify_runtime::__private::BlockingStream<io::Result<Entry>> {
                let __p0 = ::asyncify_runtime::__private::arg((root,).0);
                let __run = move || {
                    #[allow(clippy::shadow_unrelated)]
                    let root = __p0.take();
                    match () {
                        () => walk(root),
                    }
                };
                ::asyncify_runtime::__private::fallible_stream((__run,).0).start()
            }
        "#]],
    );
}

#[test]
fn a_stream_is_told_where_and_how_far_ahead() {
    check(
        quote!(stream = 16, executor = &POOL, limit = 2),
        quote! {
            fn entries(root: PathBuf) -> fs::ReadDir { fs::read_dir(root).unwrap() }
        },
        &expect![[r#"
            fn entries(
                root: PathBuf,
            ) -> ::asyncify_runtime::__private::BlockingStream<
                <fs::ReadDir as ::core::iter::IntoIterator>::Item,
            > {
                let __executor = &POOL;
                let __limiter = {
                    static __SYNC_TO_ASYNC_LIMIT: ::asyncify_runtime::__private::Limit = ::asyncify_runtime::__private::Limit::new(
                        (2,).0,
                    );
                    __SYNC_TO_ASYNC_LIMIT.limiter()
                };
                let __p0 = ::asyncify_runtime::__private::arg((root,).0);
                let __run = move || -> fs::ReadDir {
                    #[allow(clippy::shadow_unrelated)]
                    let root = __p0.take();
                    match () {
                        () => fs::read_dir(root).unwrap(),
                    }
                };
                ::asyncify_runtime::__private::stream((__run,).0)
                    .executor((__executor,).0)
                    .limiter((__limiter,).0)
                    .ahead((16,).0)
                    .start()
            }
        "#]],
    );
}
