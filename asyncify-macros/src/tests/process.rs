//! Functions in worker processes, and the `main` of their program.

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;
use quote::quote;

use super::{check, pretty};
use crate::args::Direction;

#[track_caller]
fn check_main(item: TokenStream, expect: &Expect) {
    expect.assert_eq(&pretty(crate::main_attribute(TokenStream::new(), item)));
}

#[test]
fn borrowed_and_owned_arguments() {
    check(
        quote!(process),
        quote! {
            /// Scales.
            pub(crate) fn scale<'a>(image: &'a [u8], mut width: u32) -> Result<Vec<u8>, Error> {
                BODY
            }
        },
        &expect![[r##"
            #[cfg(target_os = "linux")]
            #[must_use = "futures do nothing unless polled"]
            /// Scales.
            pub(crate) fn scale<'a>(
                image: &'a [u8],
                width: u32,
            ) -> impl ::core::future::Future<
                Output = Result<Vec<u8>, Error>,
            > + ::core::marker::Send + use<> {
                use ::asyncify_runtime::process::__private as __process;
                #[allow(clippy::unnecessary_wraps)]
                fn scale<'a>(image: &'a [u8], mut width: u32) -> Result<Vec<u8>, Error> {
                    BODY
                }
                fn __run(
                    __request: &mut __process::Request<'_>,
                ) -> ::core::result::Result<__process::Answer, __process::Refusal> {
                    let __p0 = __request.argument()?;
                    let __p1 = __request.argument()?;
                    __request.end()?;
                    __request.answer((&scale(__process::lend(&__p0), __p1),).0)
                }
                static __TASK: __process::Task = __process::Task::new(
                    ::core::concat!(::core::module_path!(), "::", "scale"),
                    (::core::file!(), ::core::line!(), ::core::column!()),
                    __run,
                );
                __process::inventory::submit! {
                    __process::Registration(& __TASK)
                }
                let mut __arguments = __process::Arguments::new(
                    &__TASK,
                    __process::global(),
                    __process::Options::new(),
                );
                __arguments.push((&*image,).0);
                __arguments.push((&width,).0);
                __process::call(__arguments)
            }
            #[cfg(not(target_os = "linux"))]
            /// Scales.
            #[allow(unused_variables)]
            pub(crate) async fn scale<'a>(
                image: &'a [u8],
                mut width: u32,
            ) -> Result<Vec<u8>, Error> {
                loop {}
            }
            #[cfg(not(target_os = "linux"))]
            ::core::compile_error! {
                "worker processes need Linux: `process` cannot be used here"
            }
        "##]],
    );
}

#[test]
fn every_option_and_the_sync_function() {
    check(
        quote!(
            process(pool = &POOL, timeout = "2m", on_drop = "detach", codec = "postcard"),
            rename = "parse_apart"
        ),
        quote! {
            fn parse((head, tail): (u8, u8)) -> Result<(), Error> {
                BODY
            }
        },
        &expect![[r#"
            fn parse((head, tail): (u8, u8)) -> Result<(), Error> {
                BODY
            }
            #[cfg(target_os = "linux")]
            #[must_use = "futures do nothing unless polled"]
            fn parse_apart(
                arg0: (u8, u8),
            ) -> impl ::core::future::Future<
                Output = Result<(), Error>,
            > + ::core::marker::Send + use<> {
                use ::asyncify_runtime::process::__private as __process;
                fn __run(
                    __request: &mut __process::Request<'_>,
                ) -> ::core::result::Result<__process::Answer, __process::Refusal> {
                    let __p0 = __request.argument()?;
                    __request.end()?;
                    __request.answer((&parse(__p0),).0)
                }
                static __TASK: __process::Task = __process::Task::new(
                    ::core::concat!(::core::module_path!(), "::", "parse_apart"),
                    (::core::file!(), ::core::line!(), ::core::column!()),
                    __run,
                );
                __process::inventory::submit! {
                    __process::Registration(& __TASK)
                }
                let mut __arguments = __process::Arguments::new(
                    &__TASK,
                    __process::pool((&POOL,).0),
                    __process::Options::new()
                        .postcard()
                        .timeout(::core::time::Duration::new(120u64, 0u32))
                        .detached(),
                );
                __arguments.push((&arg0,).0);
                __process::call(__arguments)
            }
            #[cfg(not(target_os = "linux"))]
            #[allow(unused_variables)]
            async fn parse_apart((head, tail): (u8, u8)) -> Result<(), Error> {
                loop {}
            }
            #[cfg(not(target_os = "linux"))]
            ::core::compile_error! {
                "worker processes need Linux: `process` cannot be used here"
            }
        "#]],
    );
}

#[test]
fn lints_are_expected_once() {
    check(
        quote!(process),
        quote! {
            #[expect(unused, reason = "in the body")]
            fn inside() -> Result<(), Error> { BODY }
        },
        &expect![[r##"
            #[cfg(target_os = "linux")]
            #[must_use = "futures do nothing unless polled"]
            #[expect(unused, reason = "in the body")]
            fn inside() -> impl ::core::future::Future<
                Output = Result<(), Error>,
            > + ::core::marker::Send + use<> {
                use ::asyncify_runtime::process::__private as __process;
                #[allow(clippy::unnecessary_wraps)]
                fn inside() -> Result<(), Error> {
                    BODY
                }
                fn __run(
                    __request: &mut __process::Request<'_>,
                ) -> ::core::result::Result<__process::Answer, __process::Refusal> {
                    __request.end()?;
                    __request.answer((&inside(),).0)
                }
                static __TASK: __process::Task = __process::Task::new(
                    ::core::concat!(::core::module_path!(), "::", "inside"),
                    (::core::file!(), ::core::line!(), ::core::column!()),
                    __run,
                );
                __process::inventory::submit! {
                    __process::Registration(& __TASK)
                }
                let mut __arguments = __process::Arguments::new(
                    &__TASK,
                    __process::global(),
                    __process::Options::new(),
                );
                __process::call(__arguments)
            }
            #[cfg(not(target_os = "linux"))]
            #[expect(unused, reason = "in the body")]
            #[allow(unused_variables)]
            async fn inside() -> Result<(), Error> {
                loop {}
            }
            #[cfg(not(target_os = "linux"))]
            ::core::compile_error! {
                "worker processes need Linux: `process` cannot be used here"
            }
        "##]],
    );
}

#[test]
fn lints_are_expected_in_the_original_function() {
    check(
        quote!(process, rename = "counterpart"),
        quote! {
            #[expect(unused, reason = "in the body")]
            fn kept() -> Result<(), Error> { BODY }
        },
        &expect![[r##"
            #[expect(unused, reason = "in the body")]
            fn kept() -> Result<(), Error> {
                BODY
            }
            #[cfg(target_os = "linux")]
            #[must_use = "futures do nothing unless polled"]
            #[allow(unused, reason = "in the body")]
            fn counterpart() -> impl ::core::future::Future<
                Output = Result<(), Error>,
            > + ::core::marker::Send + use<> {
                use ::asyncify_runtime::process::__private as __process;
                fn __run(
                    __request: &mut __process::Request<'_>,
                ) -> ::core::result::Result<__process::Answer, __process::Refusal> {
                    __request.end()?;
                    __request.answer((&kept(),).0)
                }
                static __TASK: __process::Task = __process::Task::new(
                    ::core::concat!(::core::module_path!(), "::", "counterpart"),
                    (::core::file!(), ::core::line!(), ::core::column!()),
                    __run,
                );
                __process::inventory::submit! {
                    __process::Registration(& __TASK)
                }
                let mut __arguments = __process::Arguments::new(
                    &__TASK,
                    __process::global(),
                    __process::Options::new(),
                );
                __process::call(__arguments)
            }
            #[cfg(not(target_os = "linux"))]
            #[allow(unused, reason = "in the body")]
            #[allow(unused_variables)]
            async fn counterpart() -> Result<(), Error> {
                loop {}
            }
            #[cfg(not(target_os = "linux"))]
            ::core::compile_error! {
                "worker processes need Linux: `process` cannot be used here"
            }
        "##]],
    );
}

#[test]
fn what_cannot_run_in_a_worker_is_reported_together() {
    check(
        quote!(process, executor = &pool),
        quote! {
            async fn all<T>(self, a: &'static str, #[cfg(unix)] b: u8, c: impl Fn()) {}
        },
        &expect![[r#"
            async fn all<T>(self, a: &'static str, #[cfg(unix)] b: u8, c: impl Fn()) {}
            ::core::compile_error! {
                "arguments `process` and `executor` cannot be combined\nnote: the body runs in another process, on its only thread"
            }
            ::core::compile_error! {
                "an `async fn` cannot run in a worker process\nhelp: remove `async`: the function may block there"
            }
            ::core::compile_error! {
                "a generic function cannot run in a worker process\nnote: the worker finds the function by its name alone\nhelp: annotate a function of concrete types that calls it"
            }
            ::core::compile_error! {
                "a method cannot run in a worker process\nnote: the worker finds the function by its name alone\nhelp: annotate a free function, and pass it what it needs"
            }
            ::core::compile_error! {
                "argument `a` is borrowed for `'static`\nnote: a worker process gets a copy, which does not live that long\nhelp: take `String`, or borrow it without `'static`"
            }
            ::core::compile_error! {
                "a parameter of a worker process cannot be conditional\nhelp: put `#[cfg]` on two whole functions"
            }
            ::core::compile_error! {
                "a generic function cannot run in a worker process\nnote: the worker finds the function by its name alone\nhelp: annotate a function of concrete types that calls it"
            }
            ::core::compile_error! {
                "a function in a worker process must return a `Result`\nnote: the process may crash, which is an error for the caller\nhelp: return `Result<_, E>` with `E: From<asyncify_runtime::Error>`"
            }
        "#]],
    );
}

#[test]
fn wrong_options_are_left_out() {
    let number = quote! {
        fn number() -> Result<u8, Error> {
            BODY
        }
    };
    let options = quote!(process(pol = &POOL, timeout = "soon", on_drop = "leave", codec = 3));
    let expand = |args| pretty(crate::attribute(Direction::ToAsync, args, number.clone()));
    let errors = expand(options).replace(&expand(quote!(process)), "");
    let expected = expect![[r##"
        ::core::compile_error! {
            "unknown argument `pol`\nhelp: did you mean `pool`?\nnote: the valid arguments are `pool`, `timeout`, `on_drop`, and `codec`"
        }
        ::core::compile_error! {
            "expected a duration\nhelp: write `\"500ms\"`, `\"30s\"`, `\"1m30s\"` or `\"1h\"`, or an expression of a `Duration`"
        }
        ::core::compile_error! {
            "unknown choice\nnote: the choices are `\"kill\"` and `\"detach\"`"
        }
        ::core::compile_error! {
            "expected a string, found an integer\nhelp: write `codec = \"postcard\"`"
        }
    "##]];
    expected.assert_eq(&errors);
}

#[test]
fn the_entry_of_a_program() {
    check_main(
        quote! {
            #[tokio::main]
            async fn main() -> Result<(), Error> {
                BODY
            }
        },
        &expect![[r#"
            fn main() -> Result<(), Error> {
                let __guard = __private::enter_main(__private::DRAIN);
                #[tokio::main]
                async fn main() -> Result<(), Error> {
                    BODY
                }
                main()
            }
        "#]],
    );
}
