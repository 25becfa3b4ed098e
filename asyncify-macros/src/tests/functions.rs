//! Free functions.

use expect_test::expect;
use quote::quote;

use super::check;

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
                    let __p0 = __private::arg((line,).0);
                    let __run = move || -> () {
                        #[allow(clippy::shadow_unrelated)]
                        let line = __p0.take();
                        match () {
                            () => eprintln!("{line}"),
                        }
                    };
                    __private::plain(__run).start()
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
                    let __p0 = __private::arg((n,).0);
                    let __run = move || -> ! {
                        #[allow(clippy::shadow_unrelated)]
                        let n = __p0.take();
                        match () {
                            () => loop {}
                        }
                    };
                    __private::plain(__run).start()
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
                    let __p0 = __private::copy(&*(url));
                    #[allow(clippy::async_yields_async)]
                    let __run = move || async move {
                        if false {
                            let __value: Result<u8, Error> = __private::fake();
                            return (__value,).0;
                        }
                        #[allow(clippy::shadow_unrelated)]
                        let url = __p0.lend();
                        match () {
                            () => get(url).await,
                        }
                    };
                    __private::call_async(
                            __private::output((__private::witness_async(&__run),).0),
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
                    __private::plain_async(__run).start()
                };
                __started.await
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
                    let __p0 = __private::arg((n,).0);
                    let __run = move || {
                        #[allow(clippy::shadow_unrelated)]
                        let n = __p0.take();
                        match () {
                            () => n,
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
                    let __p0 = __private::arg((at,).0);
                    let __run = move || -> u8 {
                        #[allow(clippy::shadow_unrelated)]
                        let at = __p0.take();
                        match () {
                            () => peek(at),
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
                    let __p0 = __private::arg((n,).0);
                    let __run = move || -> () {
                        #[allow(clippy::shadow_unrelated)]
                        let n = __p0.take();
                        match () {
                            () => {
                                let m = n;
                            }
                        }
                    };
                    __private::plain(__run).start()
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
                    let __p0 = __private::arg((pool,).0);
                    #[allow(clippy::borrow_deref_ref)]
                    let __p1 = __private::copy(&*(name));
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
                    __private::call(__private::output((__private::witness(&__run),).0), __run)
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
                    let __p0 = __private::arg_generic((value,).0);
                    #[allow(clippy::borrow_deref_ref)]
                    let __p1 = __private::copy(&*(seed));
                    #[allow(deprecated)]
                    let __run = move || { hash::<T>(__p0.take(), __p1.lend()) };
                    __private::call(__private::output((__private::witness(&__run),).0), __run)
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
                    let __p0 = __private::arg((n,).0);
                    let __run = move || { unsafe { twice(__p0.take()) } };
                    __private::call(__private::output((__private::witness(&__run),).0), __run)
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
            fn entries(root: &Path) -> __private::BlockingStream<io::Result<Entry>> {
                #[allow(clippy::borrow_deref_ref)]
                let __p0 = __private::copy(&*(root));
                let __run = move || {
                    #[allow(clippy::shadow_unrelated)]
                    let root = __p0.lend();
                    match () {
                        () => walk(root),
                    }
                };
                __private::stream((__run,).0).start()
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
            fn entries(root: PathBuf) -> __private::BlockingStream<io::Result<Entry>> {
                let __p0 = __private::arg((root,).0);
                let __run = move || {
                    #[allow(clippy::shadow_unrelated)]
                    let root = __p0.take();
                    match () {
                        () => walk(root),
                    }
                };
                __private::fallible_stream((__run,).0).start()
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
            ) -> __private::BlockingStream<<fs::ReadDir as ::core::iter::IntoIterator>::Item> {
                let __executor = &POOL;
                let __limiter = {
                    static __SYNC_TO_ASYNC_LIMIT: __private::Limit = __private::Limit::new((2,).0);
                    __SYNC_TO_ASYNC_LIMIT.limiter()
                };
                let __p0 = __private::arg((root,).0);
                let __run = move || -> fs::ReadDir {
                    #[allow(clippy::shadow_unrelated)]
                    let root = __p0.take();
                    match () {
                        () => fs::read_dir(root).unwrap(),
                    }
                };
                {
                    let __witness = __private::witness(&__run);
                    __private::streamable(&__witness, (__witness.__items(),).0);
                }
                __private::stream((__run,).0)
                    .executor((__executor,).0)
                    .limiter((__limiter,).0)
                    .ahead((16,).0)
                    .start()
            }
        "#]],
    );
}
