//! `asyncify!`.

use expect_test::expect;
use quote::quote;

use super::check_inline;

#[test]
fn arguments_are_evaluated_on_the_caller() {
    check_inline(
        quote!(fs::copy(from, next().await?, &to, &*name, 8, |n| n + 1)),
        &expect![[r#"
            fn caller() {
                (
                    {
                        let __p0 = {
                            #[allow(unused_imports)]
                            use asyncify_runtime::__private::MoveArgument as _;
                            (asyncify_runtime::__private::Argument(from),).0.hold()
                        };
                        let __p1 = asyncify_runtime::__private::inline_arg(next().await?);
                        let __p2 = asyncify_runtime::__private::copy(&to);
                        #[allow(clippy::borrow_deref_ref)]
                        let __p3 = asyncify_runtime::__private::copy(&*name);
                        asyncify_runtime::__private::plain(move || fs::copy(
                            __p0.pass(),
                            __p1.take(),
                            __p2.lend(),
                            __p3.lend(),
                            8,
                            |n| n + 1,
                        ))
                    },
                )
                    .0
            }
        "#]],
    );
}

#[test]
fn borrowed_temporaries_are_moved() {
    check_inline(
        quote!(write(&format!("{n}"), &"literal", -1)),
        &expect![[r#"
            fn caller() {
                (
                    {
                        let __p0 = asyncify_runtime::__private::inline_arg(format!("{n}"));
                        asyncify_runtime::__private::plain(move || write(
                            &__p0.take(),
                            &"literal",
                            -1,
                        ))
                    },
                )
                    .0
            }
        "#]],
    );
}

#[test]
fn receiver_is_taken_first() {
    check_inline(
        quote!(store.inner.get(&key, n)),
        &expect![[r#"
            fn caller() {
                (
                    {
                        let __p0 = {
                            #[allow(unused_imports)]
                            use asyncify_runtime::__private::MoveArgument as _;
                            (asyncify_runtime::__private::Argument(store.inner),).0.hold()
                        };
                        let __p1 = asyncify_runtime::__private::copy(&key);
                        let __p2 = {
                            #[allow(unused_imports)]
                            use asyncify_runtime::__private::MoveArgument as _;
                            (asyncify_runtime::__private::Argument(n),).0.hold()
                        };
                        asyncify_runtime::__private::plain(move || {
                            __p0.pass().get(__p1.lend(), __p2.pass())
                        })
                    },
                )
                    .0
            }
        "#]],
    );
}

#[test]
fn receiver_may_be_cloned() {
    check_inline(
        quote!(store.clone().get()),
        &expect![[r#"
            fn caller() {
                (
                    {
                        let __p0 = {
                            #[allow(unused_imports)]
                            use asyncify_runtime::__private::MoveArgument as _;
                            (asyncify_runtime::__private::Argument(store.clone()),).0.hold()
                        };
                        asyncify_runtime::__private::plain(move || __p0.pass().get())
                    },
                )
                    .0
            }
        "#]],
    );
}

#[test]
fn receiver_may_be_a_literal() {
    check_inline(
        quote!("a b".split(by)),
        &expect![[r#"
            fn caller() {
                (
                    {
                        let __p1 = {
                            #[allow(unused_imports)]
                            use asyncify_runtime::__private::MoveArgument as _;
                            (asyncify_runtime::__private::Argument(by),).0.hold()
                        };
                        asyncify_runtime::__private::plain(move || "a b".split(__p1.pass()))
                    },
                )
                    .0
            }
        "#]],
    );
}

#[test]
fn block_runs_on_the_pool() {
    check_inline(
        quote!({
            let text = read()?;
            async { text.len().await }
        }),
        &expect![[r#"
            fn caller() {
                (
                    {
                        asyncify_runtime::__private::plain(move || {
                            let text = read()?;
                            async { text.len().await }
                        })
                    },
                )
                    .0
            }
        "#]],
    );
}

#[test]
fn unsafe_block_runs_on_the_pool() {
    check_inline(
        quote!(unsafe { read() }),
        &expect![[r#"
            fn caller() {
                ({ asyncify_runtime::__private::plain(move || unsafe { read() }) },).0
            }
        "#]],
    );
}

#[test]
fn closure_runs_on_the_pool() {
    check_inline(
        quote!(move || -> u8 { 1 }),
        &expect![[r#"
            fn caller() {
                ({ asyncify_runtime::__private::plain(move || -> u8 { 1 }) },).0
            }
        "#]],
    );
}

#[test]
fn computed_receiver_is_refused() {
    check_inline(
        quote!(connect().get(key)),
        &expect![[r#"
            fn caller() {
                {
                    let _ = connect().get(key);
                    ::core::compile_error! {
                        "this receiver would be evaluated on the caller\nhelp: to run all of it on the pool, write `asyncify!({ .. })`"
                    }
                }
            }
        "#]],
    );
}

#[test]
fn mutable_borrow_is_refused() {
    check_inline(
        quote!(read(&mut buffer)),
        &expect![[r#"
            fn caller() {
                {
                    let _ = read(&mut buffer);
                    ::core::compile_error! {
                        "argument is borrowed mutably\nnote: the body runs on another thread and may outlive the caller\nhelp: move it into a block and return it: `asyncify!({ ..; value })`"
                    }
                }
            }
        "#]],
    );
}

#[test]
fn await_in_a_block_is_refused() {
    check_inline(
        quote!({ fetch().await }),
        &expect![[r#"
            fn caller() {
                ::core::compile_error! {
                    "`.await` inside a block that runs on a blocking thread\nhelp: await it before the block, and use its value inside"
                }
            }
        "#]],
    );
}

/// An editor expands unfinished code with and without a word at the cursor, and compares.
#[test]
fn unfinished_code_is_laid_out_as_finished() {
    let expand = |code| crate::inline::asyncify(quote!(@ asyncify_runtime; #code)).to_string();
    for (unfinished, finished) in [
        (quote!(store.), quote!(store.word)),
        (quote!(get(&key, store.)), quote!(get(&key, store.word))),
        (quote!(fs::), quote!(fs::word)),
    ] {
        let (unfinished, finished) = (expand(unfinished), expand(finished));
        let upto_the_word = finished.split("word").next();
        assert!(
            upto_the_word.is_some_and(|start| unfinished.starts_with(start.trim_end())),
            "{unfinished}"
        );
    }
}
